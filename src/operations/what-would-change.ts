import { amountText } from "../domain/calendar.js";
import { unavailableText } from "../domain/errors.js";
import type { OfferState } from "../domain/offer.js";
import type { Resolution } from "../domain/resolution.js";
import type { UnixMs } from "../domain/units.js";
import { batchPeriod, isNewEachMessage } from "../domain/window.js";

/** What would make the next answer another one than this, each in a sentence. `state` is `null` for an unknown offer. */
export function whatWouldChange(state: OfferState | null, resolution: Resolution, now: UnixMs = 0): string[] {
  if (state === null) return withoutOffer(resolution);
  if (resolution.reason === "sign-up-offer") return [SIGN_UP];
  if (resolution.code === null || resolution.isFallback) return noCode(state, resolution, now);
  if (isNewEachMessage(state)) return ["Every message gets a new code, whatever becomes of this one."];
  const code = resolution.isSample ? "the new code" : resolution.code;
  return [...whenItEnds(state, resolution, code), `Once ${code} is redeemed, the next message gets a new code.`];
}

const SIGN_UP = "Nothing: messages of this type show the first code of the sign-up offer, redeemed or expired or not.";

function withoutOffer({ reason, offerId }: Resolution): string[] {
  if (reason === "no-sign-up-offer") return ["A recorded sign-up offer: recordSignUp(subscriberId, offerId)."];
  return [`An offer with the id "${offerId}".`];
}

function whenItEnds({ offer }: OfferState, { expiresAt, isSample }: Resolution, code: string): string[] {
  if (expiresAt === null) return [];
  const at = dateText(expiresAt, offer.timeZone);
  const subject = isSample ? `A code given at that instant` : code;
  return [`${subject} is sent until ${at} (${offer.timeZone}); from then on the next message gets a new code.`];
}

function noCode(state: OfferState, { reason }: Resolution, now: UnixMs): string[] {
  if (reason === "pool-empty")
    return ["Codes in the pool: an import, or a release of codes whose messages never left."];
  if (reason !== "no-open-batch") return [`Not that ${unavailableText(reason)}.`];
  const stopped = stoppedBatch(state, now);
  if (stopped !== undefined) return [stopped];
  const openings = state.batches.map((batch) => batchPeriod(batch, state.offer.timeZone).opensAt);
  const next = Math.min(...openings.filter((opensAt) => opensAt > now));
  if (!Number.isFinite(next)) return ["A batch that is open that day: no batch of this offer opens later."];
  return [`The next batch opens on ${dateText(new Date(next), state.offer.timeZone)} (${state.offer.timeZone}).`];
}

/** A batch that is open and closes too soon to be drawn from. */
function stoppedBatch({ offer, batches }: OfferState, now: UnixMs): string | undefined {
  if (offer.window.type !== "custom-period" || offer.window.stopBefore === undefined) return undefined;
  const open = batches.find((batch) => {
    const { opensAt, closesAt } = batchPeriod(batch, offer.timeZone);
    return opensAt <= now && now < closesAt;
  });
  if (open === undefined) return undefined;
  return `A batch that closes later: "${open.id}" is open, but gives no new codes in the last ${amountText(offer.window.stopBefore)} before its end.`;
}

function dateText(date: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone });
  return format.format(date).replace(" at ", ", ");
}
