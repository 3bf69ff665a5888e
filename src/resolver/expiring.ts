import { daysUntil } from "../domain/calendar.js";
import { invalidInput } from "../domain/errors.js";
import { type HeldCode, newestCode } from "../domain/holding.js";
import type { OfferState } from "../domain/offer.js";
import type { Milliseconds, UnixMs } from "../domain/units.js";
import { expiryOf } from "../domain/window.js";
import { unknownOffer } from "../store/checks.js";
import type { CodeRecord, OfferStore } from "../store/store.js";

/** A code that its subscriber has not redeemed and can be sent only until `expiresAt`. */
export type ExpiringCode = {
  subscriberId: string;
  code: string;
  batch: string;
  issuedAt: Date;
  expiresAt: Date;
  /** Calendar days of the offer's zone until then; a started day counts whole. */
  daysLeft: number;
};

/**
 * The codes that subscribers were last given and have not redeemed, whose time ends after `now` and at most `within` later. Reads
 * the codes given out some thousand at a time, so it never holds the store up; each subscriber comes once.
 */
export async function* expiringSoon(
  store: OfferStore,
  offerId: string,
  within: Milliseconds,
  now: UnixMs,
): AsyncGenerator<ExpiringCode> {
  if (!(typeof within === "number" && within >= 0)) throw invalidInput("within", "milliseconds, 0 or more", within);
  const state = await store.loadOffer(offerId);
  if (state === null) throw unknownOffer(offerId);
  for await (const records of store.givenOut(offerId)) {
    const ending = records.filter((record) => endsWithin(state, record, within, now));
    if (ending.length > 0) yield* stillHeld(store, state, ending, now);
  }
}

function endsWithin(state: OfferState, record: CodeRecord, within: Milliseconds, now: UnixMs): boolean {
  if (record.subscriberId === null || record.issuedAt === null || record.redeemedAt !== null) return false;
  const left = endOf(state, record.batch.id, record.issuedAt) - now;
  return left > 0 && left <= within;
}

/** A subscriber may have been given another code since, or have redeemed this one. */
async function* stillHeld(
  store: OfferStore,
  state: OfferState,
  records: readonly CodeRecord[],
  now: UnixMs,
): AsyncGenerator<ExpiringCode> {
  const holdings = await store.holdings(
    state.offer.id,
    records.map(({ subscriberId }) => subscriberId as string),
  );
  for (const [index, { code, subscriberId, batch }] of records.entries()) {
    const holding = holdings[index] ?? null;
    const held = holding === null ? null : newestCode(holding);
    if (held?.code === code && held.redeemedAt === null && !held.revoked) {
      yield expiring(state, subscriberId as string, batch.id, held, now);
    }
  }
}

function expiring(
  state: OfferState,
  subscriberId: string,
  batch: string,
  { code, issuedAt }: HeldCode,
  now: UnixMs,
): ExpiringCode {
  const end = endOf(state, batch, issuedAt);
  const dates = { issuedAt: new Date(issuedAt), expiresAt: new Date(end) };
  return { subscriberId, code, batch, ...dates, daysLeft: daysUntil(end, now, state.offer.timeZone) };
}

function endOf(state: OfferState, batchId: string, issuedAt: UnixMs): UnixMs {
  const batch = state.batches.findIndex(({ id }) => id === batchId);
  return expiryOf(state, { code: "", batch, issuedAt, messageId: "", redeemedAt: null, shared: false });
}
