import type { WhenUnavailable } from "./offer.js";

/** Why a subscriber gets a new code. */
export type NewCodeReason = "first-code" | "redeemed" | "revoked" | "expired" | "new-each-message" | "sign-up-offer";
/** Why a subscriber gets a code already held. */
export type KeptCodeReason = "still-valid" | "same-message" | "sign-up-offer";
/** Why there is no code to give. */
export type UnavailableReason =
  | "pool-empty"
  | "no-open-batch"
  | "no-sign-up-offer"
  | "unknown-offer"
  | "store-unavailable";
/** Why a message shows the code it shows, or none. */
export type Reason = NewCodeReason | KeptCodeReason | UnavailableReason;

/**
 * What one message shows of one offer.
 *
 * - `offerName`: the offer's name, `null` where it has none. `onMissing`: what a template does where there is no code.
 * - `code`: what the message shows; `null` if there is none.
 * - `isNew`: this message claimed the code from the pool, now or at an earlier try.
 * - `isFallback`: `code` is the offer's static code; `reason` is why.
 * - `isSample`: `peek` made this code instead of claiming one; it is not a code of the pool.
 * - `batch`: the upload the code came from. `issuedAt`: when the subscriber first got it.
 * - `expiresAt`: from when on it is not sent again; `null` if it never expires. `lastDay`: the last day on which the
 *   code may still be sent, `2026-11-30` in the offer's zone. `daysLeft`: calendar days of that zone until `expiresAt`; a started day
 *   counts whole, and it is 0 after `expiresAt`.
 * - `redeemed`: the code was redeemed (possible in sign-up messages and in those that showed it before).
 * - `onlyThisMessage`: the offer's time to live is 0, so the code is for this message alone; absent otherwise.
 * - `cause`: the error behind `store-unavailable`; absent otherwise.
 */
export type Resolution = {
  offerId: string;
  offerName: string | null;
  onMissing: WhenUnavailable["action"];
  code: string | null;
  reason: Reason;
  isNew: boolean;
  isFallback: boolean;
  isSample: boolean;
  batch: string | null;
  issuedAt: Date | null;
  expiresAt: Date | null;
  lastDay: string | null;
  daysLeft: number | null;
  redeemed: boolean;
  onlyThisMessage?: true;
  cause?: Error;
};

/** Whether an offer shown outside a block stops its message: there is no code, and the offer does not say `omit`. */
export function stopsMessage(resolution: Resolution): boolean {
  return resolution.code === null && resolution.onMissing !== "omit";
}
