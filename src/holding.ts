import type { UnixMs } from "./units.js";

/**
 * A code that a subscriber was given. `batch` is the batch's place in the order of upload. `messageId` is the message that
 * claimed it. `shared`: another message may have shown it since, so it can never go back to the pool.
 */
export type HeldCode = {
  readonly code: string;
  readonly batch: number;
  readonly issuedAt: UnixMs;
  readonly messageId: string;
  readonly redeemedAt: UnixMs | null;
  readonly shared: boolean;
};

/**
 * What a subscriber holds of one offer: the codes of the last four claims, newest first (never empty), and the first code
 * that the offer ever gave (often the same as the newest).
 */
export type Holding = { readonly recent: readonly HeldCode[]; readonly first: HeldCode };

/** How many claims of a subscriber are remembered besides the first. */
export const REMEMBERED_CLAIMS = 4;

/** The holding after one more claim. */
export function withClaim(holding: Holding | null, claimed: HeldCode): Holding {
  if (holding === null) return { recent: [claimed], first: claimed };
  return { recent: [claimed, ...holding.recent.slice(0, REMEMBERED_CLAIMS - 1)], first: holding.first };
}

/** The code that this very message claimed, if it is remembered. */
export function claimedBy(holding: Holding, messageId: string): HeldCode | undefined {
  for (const held of holding.recent) if (held.messageId === messageId) return held;
  return holding.first.messageId === messageId ? holding.first : undefined;
}
