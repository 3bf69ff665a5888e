import { storeUnavailableAnswer, unavailableAnswer } from "../domain/answer.js";
import { checked, invalidInput, offerUnavailable } from "../domain/errors.js";
import { isId } from "../domain/identifier.js";
import { checkedMessage, followsSignUpOffer, type Message, parseMessage } from "../domain/message.js";
import type { Offer } from "../domain/offer.js";
import { type Resolution, stopsMessage } from "../domain/resolution.js";
import type { Milliseconds, UnixMs } from "../domain/units.js";
import type { Redemption, Release } from "../store/store.js";
import { LocalState } from "./cache/local-state.js";
import { type Answer, ClaimQueue, type Refuse } from "./claim-queue.js";
import { EventReporter } from "./events.js";
import { type ExpiringCode, expiringSoon } from "./expiring.js";
import { LOOKUP, type WithLookup } from "./lookup.js";
import { checkedClock, optionsSchema, type ResolverOptions } from "./options.js";
import { peek } from "./peek.js";
import { type Preflight, type PreflightOptions, preflight } from "./preflight.js";

/** Answers for messages. See `createResolver`. */
export interface Resolver {
  /**
   * The answer for one message, claiming a code when the rule says so. `offerId` names another offer than the message's.
   * "No code" is an answer with its reason. Rejects with `InvalidInputError` for a wrong message.
   */
  resolve(message: Message, offerId?: string): Promise<Resolution>;
  /**
   * The same answer with the offer's `whenUnavailable` applied, for an offer that goes into plain data: where there is no code, `abort`
   * rejects with `OfferUnavailableError`, `fallback` resolves with the static code, `omit` with a `code` of `null`.
   */
  resolveOrThrow(message: Message, offerId?: string): Promise<Resolution>;
  /** One answer for each message, in their order, in as few round trips as there are offers. */
  resolveMany(messages: readonly Message[]): Promise<Resolution[]>;
  /** The same answer when it needs no store (the held code is cached and the rule keeps it), otherwise `undefined`. Claims nothing. */
  resolveKnown(message: Message, offerId?: string): Resolution | undefined;
  /** What `resolve` would answer, without taking a code: a new code is shown as a sample that is no code of the pool. */
  peek(message: Message, offerId?: string): Promise<Resolution>;
  /** Marks a code as redeemed at an instant (default now). Any letter case; asking again changes nothing. */
  redeem(code: string, options?: { at?: UnixMs | Date }): Promise<Redemption>;
  /** Gives back what this message claimed, when the message never left. Not while the message is still being rendered elsewhere. */
  release(message: Message, offerId?: string): Promise<Release>;
  /** How many of these subscribers need a new code, and whether the pool has enough for them. Takes nothing. */
  preflight(
    offerId: string,
    subscriberIds: Iterable<string> | AsyncIterable<string>,
    options?: PreflightOptions,
  ): Promise<Preflight>;
  /** Codes held, not redeemed, whose time ends at most `within` milliseconds from now, one for each subscriber: for reminders. */
  expiringSoon(offerId: string, within: Milliseconds): AsyncIterable<ExpiringCode>;
  /** The offer's definition if this process has met it (always after it was resolved). */
  offer(offerId: string): Offer | undefined;
  /** Ends what the resolver opened itself. The caller's Redis client stays open. */
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
  const { store, cache, serveStaleOnError, onEvent, ...given } = checked(optionsSchema, "options", options);
  const now = checkedClock(given.now);
  const knowledge = new LocalState(store, cache, serveStaleOnError);
  const events = onEvent === undefined ? null : new EventReporter(onEvent);
  const queues = new Map<string, ClaimQueue>();
  let closed = false;

  function lookup(input: Message, named?: string): Resolution | Promise<Resolution> {
    const message = checkedOpen(input);
    const known = answerKnown(message, named);
    return known ?? new Promise((answer, refuse) => ask(message, named, 0, answer, refuse));
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

  /** All messages are checked before any is asked about. */
  async function resolveMany(inputs: readonly Message[]): Promise<Resolution[]> {
    if (!Array.isArray(inputs)) throw invalidInput("messages", "a list of messages", inputs);
    const messages = inputs.map(checkedOpen);
    for (const message of messages) if (!followsSignUpOffer(message.type)) namedOffer(message, undefined);
    const answers = new Array<Resolution>(messages.length);
    let open = messages.length;
    if (open > 0) {
      await new Promise<void>((done, refuse) => {
        const answer = (resolution: Resolution, place: number) => {
          answers[place] = resolution;
          open -= 1;
          if (open === 0) done();
        };
        messages.forEach((message, place) => {
          const known = answerKnown(message, undefined);
          if (known === undefined) ask(message, undefined, place, answer, refuse);
          else answer(known, place);
        });
      });
    }
    return answers;
  }

  function checkedOpen(input: Message): Message {
    const message = checkedMessage(input);
    if (closed) throw new Error("this resolver is closed");
    return message;
  }

  function answerKnown(message: Message, named: string | undefined): Resolution | undefined {
    const offerId = knowledge.offerId(message, named);
    const known = offerId === undefined ? undefined : knowledge.answer(message, offerId, now());
    if (events !== null && known !== undefined) events.answered(known, message, true);
    return known;
  }

  function ask(message: Message, named: string | undefined, place: number, answer: Answer, refuse: Refuse): void {
    if (followsSignUpOffer(message.type)) askSignUpOffer({ ...message }, named, place, answer, refuse);
    else askOffer(message, namedOffer(message, named), place, answer, refuse);
  }

  function askOffer(message: Message, offerId: string, place: number, answer: Answer, refuse: Refuse): void {
    queueOf(offerId).ask(message, knowledge.remembers(message, offerId), place, answer, refuse);
  }

  async function askSignUpOffer(
    message: Message,
    named: string | undefined,
    place: number,
    answer: Answer,
    refuse: Refuse,
  ): Promise<void> {
    const answerSignUp = (resolution: Resolution) => {
      events?.answered(resolution, message, false);
      answer(resolution, place);
    };
    try {
      const offerId = await signUpOffer(message);
      if (offerId !== null) askOffer(message, offerId, place, answer, refuse);
      else answerSignUp(unavailableAnswer(named ?? message.offerId ?? "", undefined, "no-sign-up-offer"));
    } catch (error) {
      try {
        answerSignUp(storeUnavailableAnswer(named ?? message.offerId ?? "", undefined, error));
        events?.storeUnavailable(error);
      } catch (thrown) {
        refuse(thrown);
      }
    }
  }

  async function signUpOffer({ signUpOfferId, subscriberId }: Message): Promise<string | null> {
    return signUpOfferId ?? knowledge.signUps.known(subscriberId) ?? knowledge.signUps.ask(subscriberId);
  }

  function queueOf(offerId: string): ClaimQueue {
    let queue = queues.get(offerId);
    if (queue === undefined) {
      queue = new ClaimQueue(offerId, store, knowledge, now, events);
      queues.set(offerId, queue);
    }
    return queue;
  }

  /** The offer that a message means, asked of the store itself. */
  async function meantOffer(message: Message, named: string | undefined): Promise<string | null> {
    if (!followsSignUpOffer(message.type)) return namedOffer(message, named);
    return message.signUpOfferId ?? (await store.signUpOffers([message.subscriberId]))[0] ?? null;
  }

  const resolver: Resolver = {
    resolve,
    resolveOrThrow,
    resolveMany,
    resolveKnown: (message, offerId) => (closed ? undefined : answerKnown(checkedMessage(message), offerId)),

    async peek(input, named) {
      const message = parseMessage(input);
      const offerId = await meantOffer(message, named);
      if (offerId !== null) return peek(store, message, offerId, now());
      return unavailableAnswer(named ?? message.offerId ?? "", undefined, "no-sign-up-offer");
    },

    redeem: async (code, { at = now() } = {}) => store.redeem(code, at instanceof Date ? at.getTime() : at),

    async release(input, named) {
      const message = parseMessage(input);
      const offerId = await meantOffer(message, named);
      if (offerId === null) return { status: "nothing-claimed" };
      knowledge.cache.forget(offerId, message.subscriberId);
      return store.release(offerId, message.subscriberId, message.id);
    },

    expiringSoon: (offerId, within) => expiringSoon(store, offerId, within, now()),
    preflight: (offerId, subscriberIds, options) => preflight(store, offerId, subscriberIds, now(), options),
    offer: (offerId) => knowledge.offers.getAny(offerId)?.offer,

    async close() {
      closed = true;
      await knowledge.close();
    },
  };
  // Not enumerable: a copy of the resolver whose `resolve` is the caller's own is looked up through that one.
  return Object.defineProperty<WithLookup>(resolver, LOOKUP, { value: lookup });
}

function namedOffer(message: Message, named: string | undefined): string {
  const offerId = named ?? message.offerId;
  if (offerId === undefined) throw invalidInput("message.offerId", "an offer id, as the template names none", offerId);
  if (!isId(offerId)) throw invalidInput("offerId", "the id of an offer", offerId);
  return offerId;
}
