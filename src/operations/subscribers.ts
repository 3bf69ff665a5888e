import { checked, InvalidInputError } from "../domain/errors.js";
import { idSchema } from "../domain/identifier.js";
import type { OfferState } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";
import { expiryOf, isInsideWindow } from "../domain/window.js";
import type { CodeRecord, Merged, OfferStore } from "../store/store.js";

/**
 * The state of a subscriber's code at an instant: `valid`: it may be sent again; `redeemed`; `expired`: outside the offer's window; `revoked`.
 */
export type CodeState = "valid" | "redeemed" | "expired" | "revoked";

/** A code of a subscriber, with its offer. `expiresAt` is `null` for never. */
export type SubscriberCode = {
  code: string;
  offerId: string;
  offerName: string | null;
  batch: string;
  messageId: string | null;
  issuedAt: Date;
  redeemedAt: Date | null;
  expiresAt: Date | null;
  state: CodeState;
};

/**
 * All codes that a subscriber was given, of all offers, newest first, each with its state `at` an instant (default: now): for support, and for a page of a person's own codes.
 *
 * @example
 * for (const { code, state } of await codesOf(store, "sub_1")) console.log(code, state);
 */
export async function codesOf(
  store: OfferStore,
  subscriberId: string,
  options: { at?: Date | UnixMs } = {},
): Promise<SubscriberCode[]> {
  checked(idSchema, "subscriberId", subscriberId);
  if (store.codesOf === undefined) throw missing("lists the codes of a subscriber");
  const now = Number(options.at ?? Date.now());
  const records = await store.codesOf(subscriberId);
  const ids = [...new Set(records.map(({ offerId }) => offerId))];
  const states = new Map(await Promise.all(ids.map(async (id) => [id, await store.loadOffer(id)] as const)));
  return records.flatMap((record) => {
    const state = states.get(record.offerId);
    return state ? [subscriberCode(state, record, now)] : [];
  });
}

/**
 * Makes two profiles of one person one: the codes, the messages that gave them and the sign-up offer of `from` become those of `into`; of two sign-up offers the
 * one remains of which a code was given first. `from` is afterwards as one who never received anything. Running it again changes nothing.
 *
 * @example
 * await mergeSubscribers(store, "sub_2", "sub_1");
 */
export async function mergeSubscribers(store: OfferStore, from: string, into: string): Promise<Merged> {
  if (store.merge === undefined) throw missing("merges subscribers");
  return store.merge(from, into);
}

function subscriberCode(state: OfferState, record: CodeRecord, now: UnixMs): SubscriberCode {
  const { code, offerId, batch, messageId, redeemedAt } = record;
  const issuedAt = record.issuedAt ?? 0;
  const index = state.batches.findIndex(({ id }) => id === batch.id);
  const held = { code, batch: index, issuedAt, messageId: messageId ?? "", redeemedAt, shared: false };
  const expiry = expiryOf(state, held);
  const isValid = isInsideWindow(state, held, now);
  return {
    code,
    offerId,
    offerName: state.offer.name ?? null,
    batch: batch.id,
    messageId,
    issuedAt: new Date(issuedAt),
    redeemedAt: redeemedAt === null ? null : new Date(redeemedAt),
    expiresAt: Number.isFinite(expiry) ? new Date(expiry) : null,
    state: record.revoked ? "revoked" : redeemedAt !== null ? "redeemed" : isValid ? "valid" : "expired",
  };
}

function missing(does: string): InvalidInputError {
  return new InvalidInputError(`store: expected one that ${does}, but got one that does not`);
}
