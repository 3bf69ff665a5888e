import { Temporal } from "temporal-polyfill";
import { StoreUnavailableError } from "./errors.js";
import type { HeldCode } from "./holding.js";
import type { OfferState } from "./offer.js";
import { daysUntil, type Reason, type Resolution, type UnavailableReason } from "./resolution.js";
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
  const expiresAt = sendableUntil(state, held);
  return {
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
    expiresAt: expiresAt === null ? null : endOf(state, expiresAt),
    lastDay: expiresAt === null ? null : lastDayBefore(expiresAt, state.offer.timeZone),
    daysLeft: expiresAt === null ? null : daysUntil(expiresAt, now),
    redeemed: held.redeemedAt !== null,
  };
}

/** The answer without a code: the offer's fallback stands in where it has one. */
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

/** The answer while the store cannot be asked. Any other error is thrown on. */
export function storeUnavailableAnswer(offerId: string, state: OfferState | undefined, error: unknown): Resolution {
  if (!(error instanceof StoreUnavailableError)) throw error;
  return { ...unavailableAnswer(offerId, state, "store-unavailable"), cause: error };
}

const closings = new WeakSet<Date>();

/** Whether this end is that of a batch's last day, and not that of a time to live: in words it belongs to that day. */
export function isClosing(expiresAt: Date): boolean {
  return closings.has(expiresAt);
}

function endOf(state: OfferState, expiresAt: UnixMs): Date {
  const end = new Date(expiresAt);
  if (state.offer.window.type === "custom-period") closings.add(end);
  return end;
}

function lastDayBefore(end: UnixMs, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(end - 1)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString();
}

/** `null`: for ever, or (a time to live of 0) for its own message alone. */
function sendableUntil(state: OfferState, held: HeldCode): UnixMs | null {
  if (isNewEachMessage(state)) return null;
  const expiry = expiryOf(state, held);
  return Number.isFinite(expiry) ? expiry : null;
}
