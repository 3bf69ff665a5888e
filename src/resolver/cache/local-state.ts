import { codeAnswer } from "../../domain/answer.js";
import { type Decision, decide } from "../../domain/decide.js";
import type { HeldCode, Holding } from "../../domain/holding.js";
import { followsSignUpOffer, type Message } from "../../domain/message.js";
import type { OfferState } from "../../domain/offer.js";
import type { Resolution } from "../../domain/resolution.js";
import type { Milliseconds, UnixMs } from "../../domain/units.js";
import type { OfferStore, StoreChange, Watch } from "../../store/store.js";
import { type CacheEntry, HoldingCache } from "./holdings.js";
import { OfferCatalog } from "./offers.js";
import { shownBy, withShown } from "./recent-display.js";
import { SignUps } from "./sign-ups.js";

/** As much of a message as a question about it carries along. */
export type MessageRef = Pick<Message, "id" | "type" | "subscriberId">;

/** `max`: held codes kept. `maxAge`: how long each is trusted, milliseconds. */
export type CacheLimits = { max: number; maxAge: Milliseconds };

/** Without a cache nothing is trusted; what messages have shown a moment ago is remembered all the same. */
const NO_CACHE: CacheLimits = { max: 10_000, maxAge: Number.NEGATIVE_INFINITY };

/** What this process knows without asking the store, kept true by the changes that the store tells. */
export class LocalState {
  readonly cache: HoldingCache;
  readonly offers: OfferCatalog;
  readonly signUps: SignUps;
  readonly #watch: Watch | null;

  constructor(
    store: OfferStore,
    limits: CacheLimits | false,
    readonly serveStaleOnError: boolean,
  ) {
    const { max, maxAge } = limits || NO_CACHE;
    this.cache = new HoldingCache(max, maxAge);
    this.offers = new OfferCatalog(store, limits === false ? 0 : maxAge);
    this.signUps = new SignUps(store, limits === false ? 0 : max);
    this.#watch = limits === false ? null : store.watch((change) => this.#onChange(change));
  }

  /** The offer that the message means, if that is known here. */
  offerId(message: Message, named: string | undefined): string | undefined {
    if (!followsSignUpOffer(message.type)) return named ?? message.offerId;
    return message.signUpOfferId ?? (this.#watch?.live() ? this.signUps.known(message.subscriberId) : undefined);
  }

  /** The answer for this message, if it needs no store: the rule keeps a code that can be trusted at `now`, or its last part showed one. */
  answer(message: Message, offerId: string, now: UnixMs): Resolution | undefined {
    const entry = this.cache.find(offerId, message.subscriberId);
    if (entry === undefined) return undefined;
    return this.#kept(entry, message, offerId, now) ?? this.#shown(entry, message, offerId, now);
  }

  /** While the store is away, over what was last known, trusted or not, where the caller wants that. */
  answerWhileUnavailable(message: MessageRef, offerId: string, now: UnixMs): Resolution | undefined {
    if (!this.serveStaleOnError || this.#watch === null) return undefined;
    const state = this.offers.getAny(offerId);
    const held = keptOf(state, this.cache.getStale(offerId, message.subscriberId), message, now);
    return state && held && codeAnswer(state, held.held, held.reason, message.id, now);
  }

  /** Whether anything is known of what the subscriber holds. */
  remembers(message: Message, offerId: string): boolean {
    return this.cache.find(offerId, message.subscriberId) !== undefined;
  }

  /** What the subscriber is known to hold when that calls for a new code, so that one round trip suffices. */
  outdated(message: MessageRef, state: OfferState, now: UnixMs): Holding | null {
    const holding = this.cache.getFresh(state.offer.id, message.subscriberId, now);
    return holding !== undefined && decide(state, holding, message, now).action === "claim" ? holding : null;
  }

  /** The offer changed: under its window of before, other processes may have given out codes that nobody told of here. */
  offerChanged(offerId: string): void {
    this.offers.invalidate(offerId);
    this.cache.invalidateAll();
  }

  async close(): Promise<void> {
    await this.#watch?.close();
  }

  #kept(entry: CacheEntry, message: Message, offerId: string, now: UnixMs): Resolution | undefined {
    const holding = this.cache.getFreshOf(entry, now);
    if (holding === undefined || !this.#watch?.live()) return undefined;
    const state = this.offers.getFresh(offerId, now);
    const kept = keptOf(state, holding, message, now);
    if (state === undefined || kept === undefined) return undefined;
    if (kept.held.messageId !== message.id) {
      const shown = shownBy(entry.shown, message, now);
      if (shown !== undefined && shown.code !== kept.held.code) return undefined;
      entry.shown = withShown(entry.shown, message, kept.held, now);
    }
    return codeAnswer(state, kept.held, kept.reason, message.id, now);
  }

  #shown(entry: CacheEntry, message: Message, offerId: string, now: UnixMs): Resolution | undefined {
    const held = shownBy(entry.shown, message, now);
    const state = held && this.offers.getAny(offerId);
    return state && codeAnswer(state, held, "same-message", message.id, now);
  }

  #onChange(change: StoreChange): void {
    if (change.type === "offer") this.offerChanged(change.offerId);
    else if (change.type === "subscriber") this.cache.forget(change.offerId, change.subscriberId);
    else if (change.type === "forgotten") {
      this.signUps.forget(change.subscriberId);
      this.cache.forgetSubscriber(change.subscriberId, this.offers.ids());
    } else {
      this.cache.invalidateAll();
      this.offers.invalidateAll();
      this.signUps.forgetAll();
    }
  }
}

type Kept = Extract<Decision, { action: "keep" }>;

function keptOf(
  state: OfferState | undefined,
  holding: Holding | undefined,
  message: MessageRef,
  now: UnixMs,
): Kept | undefined {
  if (state === undefined || holding === undefined) return undefined;
  const decision = decide(state, holding, message, now);
  return decision.action === "keep" && isSafeToShow(decision.held, message) ? decision : undefined;
}

/** Until the store has marked a code as shared, a release by the message that claimed it could hand it to somebody else. */
function isSafeToShow(held: HeldCode, message: MessageRef): boolean {
  return held.shared || held.messageId === message.id;
}
