import { storeUnavailableAnswer, unavailableAnswer } from "../domain/answer.js";
import { invalidInput, offerUnavailable } from "../domain/errors.js";
import { isId } from "../domain/identifier.js";
import { checkedMessage, followsSignUpOffer, type Message, parseMessage } from "../domain/message.js";
import { type Resolution, stopsMessage } from "../domain/resolution.js";
import { redemptionOf } from "../store/redemption.js";
import { answerAll } from "./answer-all.js";
import { answerEach } from "./answer-each.js";
import { LocalState } from "./cache/local-state.js";
import { addEntry, type CachedSubscriber, type CacheEntry, findEntry } from "./cache/subscribers.js";
import { CallLimit } from "./call-limit.js";
import { ClaimQueue } from "./claim-queue.js";
import { ClaimQueues } from "./claim-queues.js";
import type { Resolver } from "./contract.js";
import { EventReporter } from "./events.js";
import { expiringSoon } from "./expiring.js";
import { LOOKUP, type WithLookup } from "./lookup.js";
import { checkedClock, parseOptions, type ResolverOptions, redemptionInstant } from "./options.js";
import { peek } from "./peek.js";
import { preflight } from "./preflight.js";
import type { Reject, Resolve } from "./subscriber-lines.js";

/** Calls of the store under way at the same time. With 250 claims in each they keep a Redis at a distance of 10 ms busy. */
const MOST_CALLS = 64;

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

  /** Reads the sign-up offer first. `ref`: a copy of the message as it is now. */
  async function enqueueSignUp(
    message: Message,
    ref: Message,
    named: string | undefined,
    index: number,
    resolve: Resolve,
    reject: Reject,
  ): Promise<void> {
    const answerWithout = (resolution: Resolution) => {
      events?.answered(resolution, ref, false);
      resolve(resolution, index);
    };
    const offer = named ?? ref.offerId ?? "";
    try {
      const subscriber = local.subscribers.get(ref.subscriberId);
      const offerId = await local.signUps.read(subscriber);
      if (offerId === null) return answerWithout(unavailableAnswer(offer, undefined, "no-sign-up-offer"));
      queues.of(offerId).enqueue(message, ref, entryOf(subscriber, offerId), index, resolve, reject);
    } catch (error) {
      try {
        answerWithout(storeUnavailableAnswer(offer, undefined, error));
        events?.storeUnavailable(error);
      } catch (thrown) {
        reject(thrown);
      }
    }
  }

  /** The offer that a message means, read from the store. */
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

    revoke: (code) => store.revoke(code),

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
