import type { Holding } from "../domain/holding.js";
import type { Message } from "../domain/message.js";
import type { Resolution } from "../domain/resolution.js";
import type { MessageRef } from "./cache/local-state.js";
import type { CacheEntry } from "./cache/subscribers.js";

/** `index`: the number that the caller gave its question. */
export type Resolve = (resolution: Resolution, index: number) => void;
export type Reject = (error: unknown) => void;

/**
 * A claim under way, or one that waits for those before it. `id`, `type` and `subscriberId` are those of the message when it was
 * resolved; `entry` is what is known of the subscriber in this offer.
 */
export type PendingClaim = MessageRef & {
  readonly message: Message;
  readonly entry: CacheEntry;
  /** What the subscriber is expected to hold; `undefined` until that is read from the entry. */
  holding: Holding | null | undefined;
  readonly index: number;
  readonly resolve: Resolve;
  readonly reject: Reject;
  /** The same message, resolved again meanwhile. */
  waiters: Waiter[] | null;
  /** The next claim for the same subscriber. */
  next: PendingClaim | null;
  /** The claims that wait for this one, where there are any. */
  line: Line | null;
};

export type Waiter = Pick<PendingClaim, "message" | "index" | "resolve" | "reject">;
type Line = { last: PendingClaim; readonly byMessage: Map<string, PendingClaim> };

/** Claims for one subscriber run one after the other, as each has to see what the one before was given. */
export class SubscriberLines {
  /** By subscriber, the claim under way. */
  readonly #first = new Map<string, PendingClaim>();

  get isEmpty(): boolean {
    return this.#first.size === 0;
  }

  /** Whether the claim is to run now. Otherwise it waits, or shares the claim of the same message. */
  join(claim: PendingClaim): boolean {
    const first = this.#first.get(claim.subscriberId);
    if (first === undefined) {
      this.#first.set(claim.subscriberId, claim);
      return true;
    }
    const same = first.id === claim.id && first.type === claim.type ? first : first.line?.byMessage.get(keyOf(claim));
    if (same === undefined) append(first, claim);
    else {
      same.waiters ??= [];
      same.waiters.push(claim);
    }
    return false;
  }

  /** The claim is answered. Returns the next one for its subscriber, which is to run now. */
  leave(claim: PendingClaim): PendingClaim | null {
    const { next, line } = claim;
    if (next === null || line === null) {
      this.#first.delete(claim.subscriberId);
      return null;
    }
    line.byMessage.delete(keyOf(next));
    if (next.next !== null) next.line = line;
    next.holding = undefined;
    this.#first.set(claim.subscriberId, next);
    return next;
  }
}

function append(first: PendingClaim, claim: PendingClaim): void {
  first.line ??= { last: first, byMessage: new Map() };
  first.line.last.next = claim;
  first.line.last = claim;
  first.line.byMessage.set(keyOf(claim), claim);
}

function keyOf({ id, type }: PendingClaim): string {
  return `${type} ${id}`;
}
