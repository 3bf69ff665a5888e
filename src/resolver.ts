import { z } from "zod";
import { codeAnswer, unavailableAnswer } from "./answer.js";
import { HoldingCache } from "./cache.js";
import { ClaimQueue } from "./claims.js";
import { decide } from "./decide.js";
import { causedBy, checked, invalidInput, StoreUnavailableError } from "./errors.js";
import { isId } from "./identifier.js";
import { followsSignUpOffer, type Message, parseMessage } from "./message.js";
import type { Offer } from "./offer.js";
import { OfferCatalog } from "./offers.js";
import { peek } from "./peek.js";
import { type Preflight, type PreflightOptions, preflight } from "./preflight.js";
import type { Resolution } from "./resolution.js";
import { SignUps } from "./sign-ups.js";
import type { OfferStore, Redemption, Release, StoreChange, Watch } from "./store/store.js";
import type { Milliseconds, UnixMs } from "./units.js";

const functionSchema = <Fn>(expected: string) =>
  z.custom<Fn>((value) => typeof value === "function", { error: expected });
const MAX_EXPECTED = "a whole number of 1 or more";
const AGE_EXPECTED = "milliseconds, 0 or more";

const optionsSchema = z.strictObject(
  {
    store: z.custom<OfferStore>((value) => typeof (value as OfferStore | undefined)?.claim === "function", {
      error: "a store such as memoryStore() or redisStore(client)",
    }),
    cache: z
      .union(
        [
          z.literal(false),
          z.strictObject({
            max: z.int({ error: MAX_EXPECTED }).min(1, { error: MAX_EXPECTED }).default(100_000),
            maxAge: z.number({ error: AGE_EXPECTED }).min(0, { error: AGE_EXPECTED }).default(60_000),
          }),
        ],
        { error: "false, or an object with max (a whole number of 1 or more) and maxAge (milliseconds, 0 or more)" },
      )
      .prefault({}),
    serveHeldWhileAway: z.boolean({ error: "true or false" }).default(false),
    now: functionSchema<() => UnixMs>("a function that returns Unix milliseconds").default(() => Date.now),
  },
  { error: "an object of options" },
);

/**
 * - `store`: where codes live.
 * - `cache`: `max` held codes (default 100,000; about 500 bytes each) for at most `maxAge` milliseconds (default 60,000); `false` asks the
 *   store every time.
 * - `serveHeldWhileAway`: while the store cannot be asked, show a code that this process last saw the subscriber hold, if
 *   the rule still allows it. Default `false`: a redemption that happened meanwhile would not be noticed.
 * - `now`: the clock, in Unix milliseconds. Default `Date.now`.
 */
export type ResolverOptions = z.input<typeof optionsSchema>;

/** Answers for messages. See `createResolver`. */
export interface Resolver {
  /**
   * The answer for one message, claiming a code when the rule says so. `offerId` names another offer than the message's.
   * "No code" is an answer with its reason. Rejects with `InvalidInputError` for a wrong message.
   */
  resolve(message: Message, offerId?: string): Promise<Resolution>;
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
  /** The offer's definition if this process has met it (always after it was resolved). */
  offer(offerId: string): Offer | undefined;
  /** Ends what the resolver opened itself. The caller's Redis client stays open. */
  close(): Promise<void>;
}

/** Parts of one message show one code even when its window ends between two of them. */
const SAME_MESSAGE_FOR: Milliseconds = 60_000;

/** A message as it was when it was checked, and what it has shown so far. */
type CheckedMessage = Message & { shown: { resolution: Resolution; at: UnixMs }[] };

/**
 * Creates the resolver that decides and claims for all messages of this process.
 *
 * @example
 * const resolver = createResolver({ store: memoryStore() });
 * const { code, reason } = await resolver.resolve({ id: "m1", type: "campaign", subscriberId: "s1", offerId: "welcome10" });
 */
export function createResolver(options: ResolverOptions): Resolver {
  const { store, cache: cacheOptions, serveHeldWhileAway, now } = checked(optionsSchema, "options", options);
  const maxAge = cacheOptions === false ? 0 : cacheOptions.maxAge;
  const cache = cacheOptions === false ? null : new HoldingCache(cacheOptions.max, maxAge);
  const offers = new OfferCatalog(store, maxAge);
  const signUps = new SignUps(store, cacheOptions === false ? 0 : cacheOptions.max);
  const queues = new Map<string, ClaimQueue>();
  const underWay = new Map<string, Promise<Resolution>>();
  const messages = new WeakMap<Message, CheckedMessage>();
  const watch: Watch | null = cache === null ? null : store.watch(onChange);
  let closed = false;

  function onChange(change: StoreChange): void {
    if (change.type === "offer") offers.distrust(change.offerId);
    else if (change.type === "subscriber") cache?.forget(change.offerId, change.subscriberId);
    else if (change.type === "forgotten") forgetSubscriber(change.subscriberId);
    else {
      cache?.distrustAll();
      offers.distrustAll();
      signUps.forgetAll();
    }
  }

  function forgetSubscriber(subscriberId: string): void {
    signUps.forget(subscriberId);
    cache?.forgetSubscriber(subscriberId, offers.ids());
  }

  /** The checked form of a message; a message object is checked again only when a field of it changed. */
  function checkedMessage(message: Message): CheckedMessage {
    const known = typeof message === "object" ? messages.get(message) : undefined;
    if (known !== undefined && sameMessage(known, message)) return known;
    const fresh = { ...parseMessage(message), shown: [] };
    messages.set(message, fresh);
    return fresh;
  }

  function resolveKnown(message: Message, offerId?: string): Resolution | undefined {
    if (closed || typeof message !== "object" || message === null) return undefined;
    return answerKnown(checkedMessage(message), offerId);
  }

  function answerKnown(message: CheckedMessage, named: string | undefined): Resolution | undefined {
    const offerId = knownOfferId(message, named);
    if (offerId === undefined) return undefined;
    const at = now();
    return keptFromCache(message, offerId, at) ?? alreadyShown(message, offerId, at);
  }

  function knownOfferId(message: CheckedMessage, named: string | undefined): string | undefined {
    if (!followsSignUpOffer(message.type)) return named ?? message.offerId;
    return message.signUpOfferId ?? (watch?.live() ? signUps.known(message.subscriberId) : undefined);
  }

  function keptFromCache(message: CheckedMessage, offerId: string, at: UnixMs): Resolution | undefined {
    if (cache === null || !watch?.live()) return undefined;
    const state = offers.trusted(offerId, at);
    if (state === undefined) return undefined;
    const holding = cache.trusted(offerId, message.subscriberId, at);
    if (holding === undefined) return undefined;
    const decision = decide(state, holding, message, at);
    if (decision.action !== "keep") return undefined;
    const { held } = decision;
    const own = held.messageId === message.id;
    // Until the store has marked it as shared, a release by the message that claimed it could hand the code to somebody else.
    if (!own && !held.shared) return undefined;
    const resolution = codeAnswer(state, held, decision.reason, message.id, at);
    if (!own) remember(message, resolution, at);
    return resolution;
  }

  function remember(message: CheckedMessage, resolution: Resolution, at: UnixMs): void {
    const shown = message.shown.find((each) => each.resolution.offerId === resolution.offerId);
    if (shown === undefined) message.shown.push({ resolution, at });
    else Object.assign(shown, { resolution, at });
  }

  function alreadyShown(message: CheckedMessage, offerId: string, at: UnixMs): Resolution | undefined {
    for (const shown of message.shown) {
      if (shown.resolution.offerId === offerId && Math.abs(at - shown.at) <= SAME_MESSAGE_FOR) {
        return { ...shown.resolution, reason: "same-message" };
      }
    }
    return undefined;
  }

  function queueOf(offerId: string): ClaimQueue {
    let queue = queues.get(offerId);
    if (queue === undefined) {
      queue = new ClaimQueue(offerId, store, offers, cache, now);
      queues.set(offerId, queue);
    }
    return queue;
  }

  async function ask(message: CheckedMessage, named: string | undefined): Promise<Resolution> {
    if (!followsSignUpOffer(message.type)) return askOffer(message, windowOfferId(message, named));
    try {
      const offerId =
        message.signUpOfferId ?? signUps.known(message.subscriberId) ?? (await signUps.ask(message.subscriberId));
      if (offerId === null) return unavailableAnswer(named ?? message.offerId ?? "", undefined, "no-sign-up-offer");
      return await askOffer(message, offerId);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      return causedBy(unavailableAnswer(named ?? message.offerId ?? "", undefined, "store-unavailable"), error);
    }
  }

  /** Parts of one message that ask at the same time share one question. */
  function askOffer(message: CheckedMessage, offerId: string): Promise<Resolution> {
    const key = `${offerId}\n${message.subscriberId}\n${message.id}\n${message.type}`;
    let asking = underWay.get(key);
    if (asking === undefined) {
      asking = askStore(message, offerId).finally(() => underWay.delete(key));
      underWay.set(key, asking);
    }
    return asking;
  }

  async function askStore(message: CheckedMessage, offerId: string): Promise<Resolution> {
    const at = now();
    const remembered = cache?.trusted(offerId, message.subscriberId, at) ?? null;
    const state = offers.atHand(offerId);
    const replaces =
      remembered !== null && state !== undefined && decide(state, remembered, message, at).action === "claim";
    const resolution = await queueOf(offerId).ask(message, replaces ? remembered : null);
    if (resolution.reason === "store-unavailable" && serveHeldWhileAway)
      return heldWhileAway(message, offerId, resolution);
    if (resolution.code !== null && !resolution.isNew && !resolution.isFallback) remember(message, resolution, at);
    return resolution;
  }

  function heldWhileAway(message: CheckedMessage, offerId: string, unavailable: Resolution): Resolution {
    const state = offers.atHand(offerId);
    const holding = cache?.lastKnown(offerId, message.subscriberId);
    if (state === undefined || holding === undefined) return unavailable;
    const at = now();
    const decision = decide(state, holding, message, at);
    if (decision.action !== "keep") return unavailable;
    if (!decision.held.shared && decision.held.messageId !== message.id) return unavailable;
    return codeAnswer(state, decision.held, decision.reason, message.id, at);
  }

  function windowOfferId(message: Message, named: string | undefined): string {
    if (named !== undefined && !isId(named)) throw invalidInput("offerId", "the id of an offer", named);
    const offerId = named ?? message.offerId;
    if (offerId === undefined)
      throw invalidInput("message.offerId", "an offer id, as the template names none", offerId);
    return offerId;
  }

  async function resolve(message: Message, offerId?: string): Promise<Resolution> {
    if (closed) throw new Error("this resolver is closed");
    const checkedOne = checkedMessage(message);
    return answerKnown(checkedOne, offerId) ?? ask(checkedOne, offerId);
  }

  async function signUpOfferId(message: Message): Promise<string | null> {
    return message.signUpOfferId ?? (await store.signUpOffers([message.subscriberId]))[0] ?? null;
  }

  return {
    resolve,
    resolveMany: (many) => Promise.all(many.map((message) => resolve(message))),
    resolveKnown,

    async peek(input, named) {
      const message = parseMessage(input);
      const offerId = followsSignUpOffer(message.type) ? await signUpOfferId(message) : windowOfferId(message, named);
      if (offerId === null) return unavailableAnswer(named ?? message.offerId ?? "", undefined, "no-sign-up-offer");
      return peek(store, message, offerId, now());
    },

    redeem: async (code, { at = now() } = {}) => store.redeem(code, at instanceof Date ? at.getTime() : at),

    async release(input, named) {
      const message = parseMessage(input);
      const offerId = followsSignUpOffer(message.type) ? await signUpOfferId(message) : windowOfferId(message, named);
      if (offerId === null) return { status: "nothing-claimed" };
      cache?.forget(offerId, message.subscriberId);
      return store.release(offerId, message.subscriberId, message.id);
    },

    preflight: (offerId, subscriberIds, options = {}) => preflight(store, offerId, subscriberIds, now(), options),
    offer: (offerId) => offers.atHand(offerId)?.offer,

    async close() {
      closed = true;
      await watch?.close();
    },
  };
}

function sameMessage(one: Message, other: Message): boolean {
  return (
    one.id === other.id &&
    one.subscriberId === other.subscriberId &&
    one.type === other.type &&
    one.offerId === other.offerId &&
    one.signUpOfferId === other.signUpOfferId
  );
}
