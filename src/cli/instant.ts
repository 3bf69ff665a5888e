import { Temporal } from "temporal-polyfill";
import { InvalidInputError } from "../domain/errors.js";
import type { UnixMs } from "../domain/units.js";
import type { OfferStore } from "../store/store.js";

export const AT_HELP =
  "a day or a time, such as 2026-12-24 or 2026-12-24T18:00, in the offer's time zone (default: now)";

/** The instant that a person means: a day begins at midnight in the time zone; a time may carry an offset of its own. */
export function instantOf(text: string, timeZone: string): UnixMs {
  try {
    if (/[Zz]$|[+-]\d{2}:?\d{2}$/.test(text)) return Temporal.Instant.from(text).epochMilliseconds;
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds;
  } catch (error) {
    const got = JSON.stringify(text.slice(0, 40));
    throw new InvalidInputError(
      `--at: expected a day or a time such as 2026-12-24 or 2026-12-24T18:00, but got: ${got}`,
      {
        cause: error,
      },
    );
  }
}

/** The instant of `--at` in the offer's time zone, or now. */
export async function instantIn(
  store: OfferStore,
  offerId: string | undefined,
  at: string | undefined,
): Promise<UnixMs> {
  if (at === undefined) return Date.now();
  const state = offerId === undefined ? null : await store.loadOffer(offerId);
  return instantOf(at, state?.offer.timeZone ?? "UTC");
}
