import type { Message } from "../domain/message.js";
import type { Offer } from "../domain/offer.js";
import type { Resolution } from "../domain/resolution.js";
import type { Milliseconds, UnixMs } from "../domain/units.js";
import type { Redemption, Release, Revocation } from "../store/store.js";
import type { ResolvedMessage } from "./answer-each.js";
import type { ExpiringCode } from "./expiring.js";
import type { Preflight, PreflightOptions } from "./preflight.js";

/**
 * Answers for messages. See `createResolver`. All methods reject with `InvalidInputError` for a wrong argument, and all but `resolve`,
 * `resolveMany`, `resolveEach` and `peek` with `StoreUnavailableError` while the store is unavailable.
 */
export interface Resolver {
  /**
   * The answer for one message, by the table of the distribution windows; claims a code where a row says so. `offerId` names another offer
   * than the message's. "No code" is an answer with its reason, `store-unavailable` among them.
   */
  resolve(message: Message, offerId?: string): Promise<Resolution>;
  /**
   * The same answer with the offer's `whenUnavailable` applied, for an offer that goes into plain data: where there is no code, `abort`
   * rejects with `OfferUnavailableError`, `fallback` resolves with the static code, `omit` with a `code` of `null`.
   */
  resolveOrThrow(message: Message, offerId?: string): Promise<Resolution>;
  /** One answer for each message, in their order, in few round trips. All messages are checked before the first code is claimed. */
  resolveMany(messages: readonly Message[]): Promise<Resolution[]>;
  /**
   * The same for an audience that does not fit into memory: yields each message with its answer, in their order, and reads at most 1,000
   * messages ahead. A loop that is left early may have claimed codes for these: they are kept for the next run, or given back by `release`.
   */
  resolveEach(messages: Iterable<Message> | AsyncIterable<Message>): AsyncIterable<ResolvedMessage>;
  /** What `resolve` would answer, without claiming: a new code is shown as a sample that is no code of the pool. */
  peek(message: Message, offerId?: string): Promise<Resolution>;
  /**
   * Marks a code as redeemed at an instant (default now), a `Date` or Unix milliseconds. Any letter case. A second redemption changes
   * nothing and resolves with the first instant. The instant alone is taken as well, so that a resolver fits where a store's `redeem` does.
   */
  redeem(code: string, options?: { at?: Date | UnixMs } | Date | UnixMs): Promise<Redemption<Date>>;
  /**
   * Makes a code never be handed out and never be shown again: a leaked one. Any letter case. Who holds it gets a new one, reason
   * `revoked`. A second call changes nothing.
   */
  revoke(code: string): Promise<Revocation>;
  /**
   * Gives back what this message claimed, when the message never left: not when the code is redeemed or another message has shown it.
   * Do not call it while the message is still being rendered elsewhere.
   */
  release(message: Message, offerId?: string): Promise<Release>;
  /** How many of these subscribers, each counted once, need a new code, and whether the pool has enough for them. Claims nothing. */
  preflight(
    offerId: string,
    subscriberIds: Iterable<string> | AsyncIterable<string>,
    options?: PreflightOptions,
  ): Promise<Preflight>;
  /** Codes held, not redeemed, whose time ends at most `within` milliseconds from now, one for each subscriber: for reminders. */
  expiringSoon(offerId: string, within: Milliseconds): AsyncIterable<ExpiringCode>;
  /** The offer's definition if this process has read it, `undefined` otherwise. */
  offer(offerId: string): Offer | undefined;
  /** Ends what the resolver opened itself; later calls of `resolve` reject. The caller's Redis client stays open. */
  close(): Promise<void>;
}
