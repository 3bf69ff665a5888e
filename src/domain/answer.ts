import { daysUntil, lastDayBefore } from "./calendar.js";
import { StoreUnavailableError } from "./errors.js";
import type { HeldCode } from "./holding.js";
import type { OfferState } from "./offer.js";
import type { Reason, Resolution, UnavailableReason } from "./resolution.js";
import type { UnixMs } from "./units.js";
import { expiryOf, isNewEachMessage } from "./window.js";

/** The answer that shows a held code. */
export function codeAnswer(
  state: OfferState,
  held: HeldCode,
  reason: Reason,
  messageId: string,
  now: UnixMs,
): Resolution {
  const { timeZone } = state.offer;
  const onlyThisMessage = isNewEachMessage(state);
  const end = onlyThisMessage ? Number.POSITIVE_INFINITY : expiryOf(state, held);
  const ends = end !== Number.POSITIVE_INFINITY;
  const answer: Resolution = {
    offerId: state.offer.id,
    offerName: state.offer.name ?? null,
    onMissing: state.offer.whenUnavailable.action,
    code: held.code,
    reason,
    isNew: held.messageId === messageId,
    isFallback: false,
    isSample: false,
    batch: state.batches[held.batch]?.id ?? null,
    issuedAt: new Date(held.issuedAt),
    expiresAt: ends ? new Date(end) : null,
    lastDay: ends ? lastDayBefore(end, timeZone) : null,
    daysLeft: ends ? daysUntil(end, now, timeZone) : null,
    redeemed: held.redeemedAt !== null,
  };
  // Assigned, not spread: the warm path makes one object for each message.
  if (onlyThisMessage) answer.onlyThisMessage = true;
  return answer;
}

/** The answer without a code of the pool. It shows the offer's fallback where there is one. */
export function unavailableAnswer(
  offerId: string,
  state: OfferState | undefined,
  reason: UnavailableReason,
): Resolution {
  const policy = state?.offer.whenUnavailable;
  const code = policy?.action === "fallback" ? policy.code : null;
  return {
    offerId,
    offerName: state?.offer.name ?? null,
    onMissing: policy?.action ?? "abort",
    code,
    reason,
    isNew: false,
    isFallback: code !== null,
    isSample: false,
    batch: null,
    issuedAt: null,
    expiresAt: null,
    lastDay: null,
    daysLeft: null,
    redeemed: false,
  };
}

/** The answer while the store is unavailable. Throws any other error on. */
export function storeUnavailableAnswer(offerId: string, state: OfferState | undefined, error: unknown): Resolution {
  if (!(error instanceof StoreUnavailableError)) throw error;
  return { ...unavailableAnswer(offerId, state, "store-unavailable"), cause: error };
}
