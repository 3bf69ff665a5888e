import { storeUnavailableAnswer, unavailableAnswer } from "../domain/answer.js";
import { invalidInput, offerUnavailable } from "../domain/errors.js";
import { isId } from "../domain/identifier.js";
import { checkedMessage, followsSignUpOffer, type Message, parseMessage } from "../domain/message.js";
import type { Offer } from "../domain/offer.js";
import { type Resolution, stopsMessage } from "../domain/resolution.js";
import type { Milliseconds, UnixMs } from "../domain/units.js";
import { redemptionOf } from "../store/redemption.js";
import type { Redemption, Release, Revocation } from "../store/store.js";
import { answerAll } from "./answer-all.js";
import { answerEach, type ResolvedMessage } from "./answer-each.js";
import { LocalState } from "./cache/local-state.js";
import { addEntry, type CachedSubscriber, type CacheEntry, findEntry } from "./cache/subscribers.js";
import { CallLimit } from "./call-limit.js";
import { ClaimQueue } from "./claim-queue.js";
import { ClaimQueues } from "./claim-queues.js";
import { EventReporter } from "./events.js";
import { type ExpiringCode, expiringSoon } from "./expiring.js";
import { LOOKUP, type WithLookup } from "./lookup.js";
import { checkedClock, parseOptions, type ResolverOptions, redemptionInstant } from "./options.js";
import { peek } from "./peek.js";
import { type Preflight, type PreflightOptions, preflight } from "./preflight.js";
import type { Reject, Resolve } from "./subscriber-lines.js";

/** Calls of the store under way at the same time. With 250 claims in each they keep a Redis busy that is 10 ms away. */
const MOST_CALLS = 64;

/**
 * Answers for messages. See `createResolver`. All methods reject with `InvalidInputError` for a wrong argument, and all but `resolve`,
 * `resolveMany`, `resolveEach` and `peek` with `StoreUnavailableError` while the store is unavailable.
 */
export interface Resolver {
  /**
   * The answer for one message, by the rows of the distribution windows; claims a code where they say so. `offerId` names another offer
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
  /** The offer's definition if this process has met it, `undefined` otherwise. */
  offer(offerId: string): Offer | undefined;
  /** Ends what the resolver opened itself; later calls of `resolve` reject. The caller's Redis client stays open. */
  close(): Promise<void>;
}

/**
 * Creates the resolver that decides and claims for all messages of this process.
 *
 * @example
 * const resolver = createResolver({ store: memoryStore() });
 * const { code, reason } = await resolver.resolve({ id: "m1", type: "campaign", subscriberId: "s1", offerId: "welcome10" });
 */
export function createResolver(options: ResolverOptions): Resolver {
  const { store, cache, serveStaleOnError, onEvent, ...given } = parseOptions(options);
  const now = checkedClock(given.now);
  const calls = new CallLimit(MOST_CALLS);
  const local = new LocalState(store, cache, serveStaleOnError, calls);
  const events = onEvent === undefined ? null : new EventReporter(onEvent);
  const queues = new ClaimQueues((offerId) => new ClaimQueue(offerId, store, local, now, events, calls));
  let closed = false;

  /** What is known for the message's offer; `null` where its sign-up offer has to be read first. The one look-up of a message. */
  function entryFor(message: Message, named: string | undefined): CacheEntry | null {
    const subscriber = local.subscribers.get(message.subscriberId);
    const offerId = local.offerId(message, named, subscriber);
    if (offerId === undefined && followsSignUpOffer(message.type)) return null;
    return entryOf(subscriber, checkedOfferId(offerId));
  }

  function answerKnown(entry: CacheEntry, message: Message): Resolution | undefined {
    const known = local.answer(entry, message, message, now());
    if (events !== null && known !== undefined) events.answered(known, message, true);
    return known;
  }

  function lookup(input: Message, named?: string): Resolution | Promise<Resolution> {
    const message = checkedOpen(input);
    const entry = entryFor(message, named);
    const known = entry === null ? undefined : answerKnown(entry, message);
    return known ?? new Promise((resolve, reject) => enqueue(message, named, entry, 0, resolve, reject));
  }

  function known(input: Message, named?: string): Resolution | undefined {
    const message = checkedMessage(input);
    const entry = closed ? null : entryFor(message, named);
    return entry === null ? undefined : answerKnown(entry, message);
  }

  function resolve(input: Message, named?: string): Promise<Resolution> {
    try {
      const answer = lookup(input, named);
      return answer instanceof Promise ? answer : Promise.resolve(answer);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async function resolveOrThrow(input: Message, named?: string): Promise<Resolution> {
    const resolution = await lookup(input, named);
    if (stopsMessage(resolution)) throw offerUnavailable(resolution, input.subscriberId);
    return resolution;
  }

  /** All messages are checked before any code is claimed. */
  async function resolveMany(inputs: readonly Message[]): Promise<Resolution[]> {
    if (!Array.isArray(inputs)) throw invalidInput("messages", "a list of messages", inputs);
    const messages = inputs.map(checkedOpen);
    for (const message of messages) if (!followsSignUpOffer(message.type)) checkedOfferId(message.offerId);
    return answerAll(messages, (message, index, resolve, reject) => {
      const entry = entryFor(message, undefined);
      const known = entry === null ? undefined : answerKnown(entry, message);
      if (known === undefined) enqueue(message, undefined, entry, index, resolve, reject);
      return known;
    });
  }

  function checkedOpen(input: Message): Message {
    const message = checkedMessage(input);
    if (closed) throw new Error("this resolver is closed");
    return message;
  }

  function enqueue(
    message: Message,
    named: string | undefined,
    entry: CacheEntry | null,
    index: number,
    resolve: Resolve,
    reject: Reject,
  ): void {
    if (entry === null) void enqueueSignUp(message, { ...message }, named, index, resolve, reject);
    else queues.of(entry.offerId).enqueue(message, message, entry, index, resolve, reject);
  }

  /** Reads the sign-up offer first. `said`: what the message says now. */
  async function enqueueSignUp(
    message: Message,
    said: Message,
    named: string | undefined,
    index: number,
    resolve: Resolve,
    reject: Reject,
  ): Promise<void> {
    const answerWithout = (resolution: Resolution) => {
      events?.answered(resolution, said, false);
      resolve(resolution, index);
    };
    const offer = named ?? said.offerId ?? "";
    try {
      const subscriber = local.subscribers.get(said.subscriberId);
      const offerId = await local.signUps.read(subscriber);
      if (offerId === null) return answerWithout(unavailableAnswer(offer, undefined, "no-sign-up-offer"));
      queues.of(offerId).enqueue(message, said, entryOf(subscriber, offerId), index, resolve, reject);
    } catch (error) {
      try {
        answerWithout(storeUnavailableAnswer(offer, undefined, error));
        events?.storeUnavailable(error);
      } catch (thrown) {
        reject(thrown);
      }
    }
  }

  /** The offer that a message means, asked of the store itself. */
  async function meantOffer(message: Message, named: string | undefined): Promise<string | null> {
    if (!followsSignUpOffer(message.type)) return checkedOfferId(named ?? message.offerId);
    return message.signUpOfferId ?? (await store.signUpOffers([message.subscriberId]))[0] ?? null;
  }

  const resolver: WithLookup = {
    [LOOKUP]: { lookup, known, resolve },
    resolve,
    resolveOrThrow,
    resolveMany,
    resolveEach: (messages) => answerEach(messages, (message) => lookup(message)),
    async peek(input, named) {
      const message = parseMessage(input);
      const offerId = await meantOffer(message, named);
      if (offerId !== null) return peek(store, message, offerId, now());
      return unavailableAnswer(named ?? message.offerId ?? "", undefined, "no-sign-up-offer");
    },

    redeem: async (code, when) => redemptionOf(await store.redeem(code, redemptionInstant(when, now))),

    async revoke(code) {
      if (store.revoke === undefined) throw new Error("this store cannot revoke codes");
      return store.revoke(code);
    },

    async release(input, named) {
      const message = parseMessage(input);
      const offerId = await meantOffer(message, named);
      if (offerId === null) return { status: "nothing-claimed" };
      local.subscribers.invalidate(offerId, message.subscriberId);
      return store.release(offerId, message.subscriberId, message.id);
    },

    expiringSoon: (offerId, within) => expiringSoon(store, offerId, within, now()),
    preflight: (offerId, subscriberIds, options) => preflight(store, offerId, subscriberIds, now(), options),
    offer: (offerId) => local.offers.get(offerId)?.state.offer,

    async close() {
      closed = true;
      await local.close();
    },
  };
  return resolver;
}

function entryOf(subscriber: CachedSubscriber, offerId: string): CacheEntry {
  return findEntry(subscriber, offerId) ?? addEntry(subscriber, offerId);
}

function checkedOfferId(offerId: string | undefined): string {
  if (offerId === undefined) throw invalidInput("message.offerId", "an offer id, as the template names none", offerId);
  if (!isId(offerId)) throw invalidInput("offerId", "the id of an offer", offerId);
  return offerId;
}
