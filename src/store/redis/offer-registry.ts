import type { Connection } from "./connection.js";
import { type OfferKeys, offerKey, offerKeys } from "./keys.js";
import { findCodes } from "./scripts/find-codes.js";
import { type LoadedOffer, loadOffer } from "./scripts/offers.js";

/** Which offers there are, under which keys, and which of them has a code. */
export class OfferRegistry {
  readonly #buckets = new Map<string, number>();

  constructor(
    readonly connection: Connection,
    readonly prefix: string,
    readonly list: string,
  ) {}

  async load(offerId: string): Promise<LoadedOffer | null> {
    const loaded = await loadOffer(this.connection, offerKey(this.prefix, offerId));
    if (loaded === null) this.#buckets.delete(offerId);
    else this.#buckets.set(offerId, loaded.buckets);
    return loaded;
  }

  /** An offer's buckets are fixed for ever when it is first saved, so they are asked for once. */
  async keysOf(offerId: string): Promise<OfferKeys | null> {
    if (!this.#buckets.has(offerId)) await this.load(offerId);
    return this.knownKeys(offerId);
  }

  knownKeys(offerId: string): OfferKeys | null {
    const buckets = this.#buckets.get(offerId);
    return buckets === undefined ? null : offerKeys(this.prefix, offerId, buckets);
  }

  async offerIds(): Promise<string[]> {
    return (await this.connection.command("list-offers", (redis) => redis.smembers(this.list))).sort();
  }

  /** Offers live in different slots, so the one that has a code is found by asking each, all at once. */
  async ownerOf(code: string): Promise<{ offerId: string; keys: OfferKeys } | null> {
    const ids = await this.offerIds();
    const found = await Promise.all(ids.map((id) => this.#placesIn(id, [code])));
    const offerId = ids[found.findIndex((places) => places.length > 0)];
    const keys = offerId === undefined ? null : await this.keysOf(offerId);
    return offerId === undefined || keys === null ? null : { offerId, keys };
  }

  /** The places of the codes that other offers have. */
  async inOtherOffers(offerId: string, codes: readonly string[]): Promise<Set<number>> {
    const others = (await this.offerIds()).filter((id) => id !== offerId);
    const found = await Promise.all(others.map((other) => this.#placesIn(other, codes)));
    return new Set(found.flat());
  }

  async #placesIn(offerId: string, codes: readonly string[]): Promise<number[]> {
    const keys = await this.keysOf(offerId);
    return keys === null || codes.length === 0 ? [] : findCodes(this.connection, keys, codes);
  }
}
