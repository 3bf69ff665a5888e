import { known, type Message, offerUnavailable, type Resolution, type Resolver } from "../src/internal.js";
import { stopsMessage } from "./view.js";

/** What a Liquid render, and everything it includes, knows of its message. */
export class MessageOffers {
  /** The message's own offer. */
  readonly own: PendingOffer;
  /** The first error of an offer: it stopped the message, or asking for it failed. The engine wraps it in errors of its own. */
  failure: { error: unknown } | undefined;
  #others: Map<string, PendingOffer> | undefined;

  constructor(
    readonly resolver: Resolver,
    readonly message: Message,
  ) {
    this.own = new PendingOffer(this, undefined);
  }

  named(offerId: string): PendingOffer {
    this.#others ??= new Map();
    let offer = this.#others.get(offerId);
    if (offer === undefined) {
      offer = new PendingOffer(this, offerId);
      this.#others.set(offerId, offer);
    }
    return offer;
  }
}

/** One offer of a message, asked for at most once, and only when the template reads it. */
export class PendingOffer {
  #resolution: Resolution | undefined;
  #asking: Promise<Resolution> | undefined;

  constructor(
    readonly offers: MessageOffers,
    readonly offerId: string | undefined,
  ) {}

  /** The answer, if it needs no store. */
  known(): Resolution | undefined {
    if (this.#resolution !== undefined) return this.#resolution;
    try {
      this.#resolution = known(this.offers.resolver, this.offers.message, this.offerId);
      return this.#resolution;
    } catch (error) {
      this.offers.failure ??= { error };
      throw error;
    }
  }

  ask(): Promise<Resolution> {
    this.#asking ??= this.#ask();
    return this.#asking;
  }

  /** The answer as it may be shown outside a block: throws where it stops the message. */
  shown(resolution: Resolution): Resolution {
    if (!stopsMessage(resolution)) return resolution;
    const error = offerUnavailable(resolution, this.offers.message.subscriberId);
    this.offers.failure ??= { error };
    throw error;
  }

  async #ask(): Promise<Resolution> {
    try {
      this.#resolution ??= await this.offers.resolver.resolve(this.offers.message, this.offerId);
      return this.#resolution;
    } catch (error) {
      this.offers.failure ??= { error };
      this.#asking = undefined;
      throw error;
    }
  }
}
