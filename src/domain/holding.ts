import type { UnixMs } from "./units.js";

/**
 * A code that a subscriber was given. `batch` is the number of the batch, counted from 0 in the order of upload. `messageId` is the message that
 * claimed it. `shared`: another message may have shown it since, so it can never go back to the pool. `revoked`: it must not be shown
 * any more; absent otherwise.
 */
export type HeldCode = {
  readonly code: string;
  readonly batch: number;
  readonly issuedAt: UnixMs;
  readonly messageId: string;
  readonly redeemedAt: UnixMs | null;
  readonly shared: boolean;
  readonly revoked?: true;
};

/**
 * What a subscriber holds of one offer, newest first: the codes of the last four claims, and at the end always the first code
 * that the offer ever gave and nobody revoked, or where all are revoked the first of all. Never empty.
 */
export type Holding = readonly [HeldCode, ...HeldCode[]];

/** How many claims of a subscriber are remembered besides the first. */
export const REMEMBERED_CLAIMS = 4;

/** The code that the subscriber was last given. */
export function newestCode(holding: Holding): HeldCode {
  return holding[0];
}

/** The first code that the offer ever gave the subscriber, revoked ones aside; `undefined` where all are revoked. */
export function firstCode(holding: Holding): HeldCode | undefined {
  for (let index = holding.length - 1; index >= 0; index--) {
    const held = holding[index] as HeldCode;
    if (!held.revoked) return held;
  }
  return undefined;
}

/** The code that this very message claimed, if it is remembered and not revoked. */
export function claimedBy(holding: Holding, messageId: string): HeldCode | undefined {
  for (const held of holding) if (held.messageId === messageId && !held.revoked) return held;
  return undefined;
}

/** Of codes, newest first, those that a holding has: the last four claims and the first that is not revoked, or the first of all. */
export function remembered<Code extends { readonly revoked?: boolean }>(
  codes: readonly [Code, ...Code[]],
): [Code, ...Code[]] {
  const [newest, ...older] = codes;
  const last = older.slice(0, REMEMBERED_CLAIMS - 1);
  const rest = older.slice(REMEMBERED_CLAIMS - 1);
  const first = rest.findLast(({ revoked }) => !revoked) ?? rest.at(-1);
  return first === undefined ? [newest, ...last] : [newest, ...last, first];
}
