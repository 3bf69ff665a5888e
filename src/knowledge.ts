import { codeAnswer } from "./answer.js";
import { HoldingCache } from "./cache.js";
import { decide } from "./decide.js";
import type { HeldCode, Holding } from "./holding.js";
import { followsSignUpOffer, type Message } from "./message.js";
import type { OfferState } from "./offer.js";
import { OfferCatalog } from "./offers.js";
import type { Resolution } from "./resolution.js";
import { SignUps } from "./sign-ups.js";
import type { OfferStore, StoreChange, Watch } from "./store/store.js";
import type { Milliseconds, UnixMs } from "./units.js";

/** `max`: held codes kept. `maxAge`: how long each is trusted, milliseconds. */
export type CacheLimits = { max: number; maxAge: Milliseconds };

/** What this process knows without asking the store, kept true by the changes that the store tells. */
export class Knowledge {
  readonly cache: HoldingCache | null;
  readonly offers: OfferCatalog;
  readonly signUps: SignUps;
  readonly #watch: Watch | null;

  constructor(store: OfferStore, limits: CacheLimits | false) {
    this.cache = limits === false ? null : new HoldingCache(limits.max, limits.maxAge);
    this.offers = new OfferCatalog(store, limits === false ? 0 : limits.maxAge);
    this.signUps = new SignUps(store, limits === false ? 0 : limits.max);
    this.#watch = this.cache === null ? null : store.watch((change) => this.#onChange(change));
  }

  /** The offer that the message means, if that is known here. */
  offerId(message: Message, named: string | undefined): string | undefined {
    if (!followsSignUpOffer(message.type)) return named ?? message.offerId;
    return message.signUpOfferId ?? (this.#watch?.live() ? this.signUps.known(message.subscriberId) : undefined);
  }

  /** The code that the rule keeps for this message, if what is remembered can be trusted at `now`. */
  kept(message: Message, offerId: string, now: UnixMs): Resolution | undefined {
    if (this.cache === null || !this.#watch?.live()) return undefined;
    return keptOf(
      this.offers.trusted(offerId, now),
      this.cache.trusted(offerId, message.subscriberId, now),
      message,
      now,
    );
  }

  /** The same over what was last known, trusted or not: for a store that is away. */
  keptWhileAway(message: Message, offerId: string, now: UnixMs): Resolution | undefined {
    return keptOf(this.offers.atHand(offerId), this.cache?.lastKnown(offerId, message.subscriberId), message, now);
  }

  /** What the subscriber is known to hold when that calls for a new code, so that one round trip suffices. */
  outdated(message: Message, offerId: string, now: UnixMs): Holding | null {
    const state = this.offers.atHand(offerId);
    const holding = this.cache?.trusted(offerId, message.subscriberId, now);
    if (state === undefined || holding === undefined) return null;
    return decide(state, holding, message, now).action === "claim" ? holding : null;
  }

  async close(): Promise<void> {
    await this.#watch?.close();
  }

  #onChange(change: StoreChange): void {
    if (change.type === "offer") this.offers.distrust(change.offerId);
    else if (change.type === "subscriber") this.cache?.forget(change.offerId, change.subscriberId);
    else if (change.type === "forgotten") {
      this.signUps.forget(change.subscriberId);
      this.cache?.forgetSubscriber(change.subscriberId, this.offers.ids());
    } else {
      this.cache?.distrustAll();
      this.offers.distrustAll();
      this.signUps.forgetAll();
    }
  }
}

function keptOf(
  state: OfferState | undefined,
  holding: Holding | undefined,
  message: Message,
  now: UnixMs,
): Resolution | undefined {
  if (state === undefined || holding === undefined) return undefined;
  const decision = decide(state, holding, message, now);
  if (decision.action !== "keep" || !isSafeToShow(decision.held, message)) return undefined;
  return codeAnswer(state, decision.held, decision.reason, message.id, now);
}

/** Until the store has marked a code as shared, a release by the message that claimed it could hand it to somebody else. */
function isSafeToShow(held: HeldCode, message: Message): boolean {
  return held.shared || held.messageId === message.id;
}
