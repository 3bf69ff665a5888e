import { StoreUnavailableError } from "../domain/errors.js";
import type { Holding } from "../domain/holding.js";
import { type OfferFacts, type OfferReader, readFacts } from "../resolver/peek.js";

/** What the store has of one offer and all sample subscribers. `unavailable`: the store was unavailable. */
export type BookEntry =
  | { status: "known"; facts: OfferFacts; holdings: ReadonlyMap<string, Holding | null> }
  | { status: "unknown" }
  | { status: "unavailable" };

export type SignUpEntry = { status: "known"; offerIds: ReadonlyMap<string, string | null> } | { status: "unavailable" };

/**
 * Reads the store once for each offer, however many subscribers, message types and dates are shown afterwards. What it
 * read is used until `forget` is called.
 */
export class OfferBook {
  #offers = new Map<string, Promise<BookEntry>>();
  #signUps: Promise<SignUpEntry> | undefined;

  constructor(
    readonly store: OfferReader,
    readonly subscriberIds: readonly string[],
  ) {}

  read(offerId: string): Promise<BookEntry> {
    let entry = this.#offers.get(offerId);
    if (entry === undefined) {
      entry = this.#ask(offerId);
      this.#offers.set(offerId, entry);
    }
    return entry;
  }

  signUps(): Promise<SignUpEntry> {
    this.#signUps ??= this.#askSignUps();
    return this.#signUps;
  }

  forget(): void {
    this.#offers = new Map();
    this.#signUps = undefined;
  }

  async #ask(offerId: string): Promise<BookEntry> {
    return this.#unlessUnavailable(async () => {
      const [facts, holdings] = await Promise.all([
        readFacts(this.store, offerId),
        this.store.holdings(offerId, this.subscriberIds),
      ]);
      if (facts === null) return { status: "unknown" };
      const bySubscriber = new Map(this.subscriberIds.map((id, place) => [id, holdings[place] ?? null]));
      return { status: "known", facts, holdings: bySubscriber };
    });
  }

  #askSignUps(): Promise<SignUpEntry> {
    return this.#unlessUnavailable(async () => {
      const offerIds = await this.store.signUpOffers(this.subscriberIds);
      return {
        status: "known",
        offerIds: new Map(this.subscriberIds.map((id, place) => [id, offerIds[place] ?? null])),
      };
    });
  }

  async #unlessUnavailable<Entry>(ask: () => Promise<Entry>): Promise<Entry | { status: "unavailable" }> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      return { status: "unavailable" };
    }
  }
}
