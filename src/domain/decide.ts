import { claimedBy, firstCode, type HeldCode, type Holding, newestCode } from "./holding.js";
import { followsSignUpOffer, type MessageType } from "./message.js";
import type { OfferState } from "./offer.js";
import type { KeptCodeReason, NewCodeReason, UnavailableReason } from "./resolution.js";
import type { UnixMs } from "./units.js";
import { drawOrder, isInsideWindow, isNewEachMessage } from "./window.js";

/** What to do for one message: show a code already held, claim a new one from these batches in turn, or nothing (`wanted`: why it needed one). */
export type Decision =
  | { action: "keep"; held: HeldCode; reason: KeptCodeReason }
  | { action: "claim"; reason: NewCodeReason; from: readonly number[] }
  | { action: "unavailable"; reason: UnavailableReason; wanted: NewCodeReason };

/**
 * The rule of the package, whole and pure: what this message gets, given what its subscriber holds of the offer at `now`.
 * Resolve, peek, explain and preflight all call it. docs/rules.md lists the rows and their source.
 *
 * For messages that follow the sign-up offer, `state` and `holding` are those of that offer.
 */
export function decide(
  state: OfferState,
  holding: Holding | null,
  message: { readonly id: string; readonly type: MessageType },
  now: UnixMs,
): Decision {
  if (followsSignUpOffer(message.type)) {
    const first = holding === null ? undefined : firstCode(holding);
    if (first === undefined) return claim("sign-up-offer", state, now);
    return { action: "keep", held: first, reason: "sign-up-offer" };
  }
  if (holding === null) return claim("first-code", state, now);

  const own = claimedBy(holding, message.id);
  if (own !== undefined) return { action: "keep", held: own, reason: "same-message" };

  const held = newestCode(holding);
  if (held.revoked) return claim("revoked", state, now);
  if (held.redeemedAt !== null) return claim("redeemed", state, now);
  if (isNewEachMessage(state)) return claim("new-each-message", state, now);
  if (isInsideWindow(state, held, now)) return { action: "keep", held, reason: "still-valid" };
  return claim("expired", state, now);
}

/** Which held code a message of this type may show once it is known: the store marks it so that no release takes it back. */
export function reusable(state: OfferState, type: MessageType): "latest" | "first" | null {
  if (followsSignUpOffer(type)) return "first";
  return isNewEachMessage(state) ? null : "latest";
}

function claim(reason: NewCodeReason, state: OfferState, now: UnixMs): Decision {
  const from = drawOrder(state, now);
  if (from.length > 0) return { action: "claim", reason, from };
  const isDated = state.offer.window.type === "custom-period";
  return { action: "unavailable", reason: isDated ? "no-open-batch" : "pool-empty", wanted: reason };
}
