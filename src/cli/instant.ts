import { invalidInput } from "../domain/errors.js";
import type { UnixMs } from "../domain/units.js";
import { INSTANT_FORMS, readInstant } from "../intake/instant-text.js";
import type { OfferStore } from "../store/store.js";

export const AT_HELP =
  "a day or a time, such as 2026-12-24 or 2026-12-24T18:00, in the offer's time zone (default: now)";

/** The instant that `--at` means: a day begins at midnight in the time zone; a time may carry an offset of its own. */
export function instantAt(text: string, timeZone: string, option = "--at"): UnixMs {
  const at = readInstant(text, timeZone);
  if (at === null) throw invalidInput(option, INSTANT_FORMS, text.slice(0, 40));
  return at;
}

/** The instant of `--at` (or another option) in the offer's time zone, or now. */
export async function instantIn(
  store: OfferStore,
  offerId: string | undefined,
  at: string | undefined,
  option = "--at",
): Promise<UnixMs> {
  if (at === undefined) return Date.now();
  const state = offerId === undefined ? null : await store.loadOffer(offerId);
  return instantAt(at, state?.offer.timeZone ?? "UTC", option);
}
