import { codeAnswer } from "../../domain/answer.js";
import { type Decision, decide } from "../../domain/decide.js";
import type { HeldCode, Holding } from "../../domain/holding.js";
import { followsSignUpOffer, type Message } from "../../domain/message.js";
import type { OfferState } from "../../domain/offer.js";
import type { Resolution } from "../../domain/resolution.js";
import type { Milliseconds, UnixMs } from "../../domain/units.js";
import type { OfferStore, StoreChange, Watch } from "../../store/store.js";
import type { CallLimit } from "../call-limit.js";
import { Epoch, type ReadToken } from "./epoch.js";
import { type KnownOffer, OfferCatalog } from "./offers.js";
import { shownBy, withShown } from "./recent-display.js";
import { SignUps } from "./sign-ups.js";
import { type CachedSubscriber, type CacheEntry, SubscriberCache } from "./subscribers.js";

/** A message as it was when it was resolved: the caller may use the object for another one since. */
export type MessageRef = Pick<Message, "id" | "type" | "subscriberId">;

/** `max`: subscribers kept. `maxAge`: how long what was read is trusted, milliseconds. */
export type CacheLimits = { max: number; maxAge: Milliseconds };

/** Without a cache nothing is trusted; what messages have shown a moment ago is remembered all the same. */
const NO_CACHE: CacheLimits = { max: 10_000, maxAge: Number.NEGATIVE_INFINITY };

/** What is known in this process without the store, kept right by the changes that the store reports. */
export class LocalState {
  readonly epoch = new Epoch();
  readonly subscribers: SubscriberCache;
  readonly offers: OfferCatalog;
  readonly signUps: SignUps;
  readonly #maxAge: Milliseconds;
  readonly #watch: Watch | null;

  constructor(
    store: OfferStore,
    limits: CacheLimits | false,
    readonly serveStaleOnError: boolean,
    calls: CallLimit,
  ) {
    const { max, maxAge } = limits || NO_CACHE;
    this.#maxAge = maxAge;
    this.subscribers = new SubscriberCache(max, this.epoch);
    this.offers = new OfferCatalog(store, maxAge, this.epoch);
    this.signUps = new SignUps(store, this.subscribers, calls);
    this.#watch = limits === false ? null : store.watch((change) => this.#onChange(change));
  }

  /** The offer that the message means, if that is known here. */
  offerId(message: Message, named: string | undefined, subscriber: CachedSubscriber | undefined): string | undefined {
    if (!followsSignUpOffer(message.type)) return named ?? message.offerId;
    return message.signUpOfferId ?? (subscriber && this.#signUpOffer(subscriber));
  }

  /**
   * The answer for this message, if it needs no store: the rule keeps a code that can be trusted at `now`, or one of its parts
   * showed a code a moment ago. `message` is the caller's object, `ref` the message as it was when it was resolved.
   */
  answer(entry: CacheEntry, ref: MessageRef, message: Message, now: UnixMs): Resolution | undefined {
    const offer = this.offers.get(entry.offerId);
    if (offer === undefined) return undefined;
    return this.#kept(entry, offer, ref, message, now) ?? shownAnswer(entry, offer.state, ref, message, now);
  }

  /** While the store is unavailable, over what was last known, trusted or not, where the caller wants that. */
  answerWhileUnavailable(entry: CacheEntry, ref: MessageRef, message: Message, now: UnixMs): Resolution | undefined {
    if (!this.serveStaleOnError || this.#watch === null) return undefined;
    const state = this.offers.get(entry.offerId)?.state;
    const current = this.subscribers.current(entry);
    const kept = state && keptOf(current, state, current.holding, ref, message, now);
    return kept && codeAnswer(state, kept.held, kept.reason, ref.id, now);
  }

  /** What the subscriber is known to hold when that calls for a new code, so that one round trip suffices. */
  staleHolding(entry: CacheEntry, ref: MessageRef, state: OfferState, now: UnixMs): Holding | null {
    if (entry.holding === null) return null;
    const offer = this.offers.get(entry.offerId);
    const holding = offer === undefined ? null : this.#freshHolding(entry, offer, now);
    return holding !== null && decide(state, holding, ref, now).action === "claim" ? holding : null;
  }

  /** Remembers what the store answered. `own`: the message claimed the code that it was given. */
  remember(entry: CacheEntry, token: ReadToken, holding: Holding, message: Message, own: boolean): void {
    const current = this.subscribers.put(token, entry, holding);
    if (own && current !== null) current.claimant = message;
  }

  /** Remembers what a message showed that another one had claimed, for its next part, unless the caller uses the object for another by now. */
  rememberShown(entry: CacheEntry, ref: MessageRef, message: Message, held: HeldCode, now: UnixMs): void {
    if (held.messageId === ref.id || message.id !== ref.id || message.subscriberId !== ref.subscriberId) return;
    const current = this.subscribers.current(entry);
    current.shown = withShown(current.shown, message, ref.id, held, now);
  }

  async close(): Promise<void> {
    await this.#watch?.close();
  }

  #signUpOffer({ signUpOfferId, signUpToken }: CachedSubscriber): string | undefined {
    const isTrusted = signUpOfferId !== null && this.epoch.isAfterAll(signUpToken) && this.#watch?.live() === true;
    return isTrusted ? signUpOfferId : undefined;
  }

  /** Codes held under another window of the offer, given out by other processes, may be missing in what was read before the offer changed. */
  #freshHolding({ holding, token }: CacheEntry, { changedAt }: KnownOffer, now: UnixMs): Holding | null {
    const age = now - token.at;
    const isFresh = token.change >= changedAt && this.epoch.isAfterAll(token) && age >= 0 && age <= this.#maxAge;
    return isFresh ? holding : null;
  }

  #kept(entry: CacheEntry, offer: KnownOffer, ref: MessageRef, message: Message, now: UnixMs): Resolution | undefined {
    if (entry.holding === null || !this.offers.isFresh(offer, now) || !this.#watch?.live()) return undefined;
    const { state } = offer;
    const kept = keptOf(entry, state, this.#freshHolding(entry, offer, now), ref, message, now);
    if (kept === undefined) return undefined;
    if (kept.held.messageId !== ref.id) {
      const shown = shownBy(entry.shown, message, ref.id, now);
      if (shown !== undefined && shown.code !== kept.held.code) return undefined;
      entry.shown = withShown(entry.shown, message, ref.id, kept.held, now);
    }
    return codeAnswer(state, kept.held, kept.reason, ref.id, now);
  }

  #onChange(change: StoreChange): void {
    if (change.type === "offer") this.offers.invalidate(change.offerId);
    else if (change.type === "subscriber") this.subscribers.invalidate(change.offerId, change.subscriberId);
    else if (change.type === "revoked") this.subscribers.revoke(change.offerId, change.subscriberId);
    else if (change.type === "forgotten") this.subscribers.forget(change.subscriberId);
    else {
      this.epoch.changedAll();
      this.offers.invalidateAll();
    }
  }
}

type Kept = Extract<Decision, { action: "keep" }>;

function keptOf(
  entry: CacheEntry,
  state: OfferState,
  holding: Holding | null,
  ref: MessageRef,
  message: Message,
  now: UnixMs,
): Kept | undefined {
  if (holding === null) return undefined;
  const decision = decide(state, holding, ref, now);
  return decision.action === "keep" && isSafeToShow(decision.held, entry, ref, message) ? decision : undefined;
}

/**
 * Until the store has marked a code as shared, a release can hand it to somebody else: one of the message that claimed it, by a process
 * whose notice has not arrived yet. So it is shown without the store only to the message object that was given it, whose other parts show
 * it as well.
 */
function isSafeToShow(held: HeldCode, { claimant }: CacheEntry, ref: MessageRef, message: Message): boolean {
  return held.shared || (held.messageId === ref.id && claimant === message);
}

function shownAnswer(
  entry: CacheEntry,
  state: OfferState,
  ref: MessageRef,
  message: Message,
  now: UnixMs,
): Resolution | undefined {
  const held = shownBy(entry.shown, message, ref.id, now);
  return held && codeAnswer(state, held, "same-message", ref.id, now);
}
