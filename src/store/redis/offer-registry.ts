import { LRUCache } from "lru-cache";
import type { Connection } from "./connection.js";
import { type OfferKeys, offerKey, type StoreKeys } from "./keys.js";
import { type LoadedOffer, loadOffer } from "./scripts/offers.js";

/** Offers whose keys and numbers a process remembers. */
const REMEMBERED = 10_000;
const SCANNED_AT_ONCE = 1000;
const LOADED_AT_ONCE = 200;

/** Which offers there are, under which keys and numbers. */
export class OfferRegistry {
  readonly #keys = new LRUCache<string, OfferKeys>({ max: REMEMBERED });
  readonly #ids = new LRUCache<number, string>({ max: REMEMBERED });

  constructor(
    readonly connection: Connection,
    readonly keys: StoreKeys,
  ) {}

  async load(offerId: string): Promise<LoadedOffer | null> {
    const base = offerKey(this.keys.prefix, offerId);
    const loaded = await loadOffer(this.connection, base);
    if (loaded === null) this.#keys.delete(offerId);
    else this.#keys.set(offerId, { base, buckets: loaded.buckets });
    return loaded;
  }

  async keysOf(offerId: string): Promise<OfferKeys | null> {
    if (!this.#keys.has(offerId)) await this.load(offerId);
    return this.knownKeys(offerId);
  }

  /** What is remembered. The number of buckets may have grown since: a claim that is told so calls `grown`. */
  knownKeys(offerId: string): OfferKeys | null {
    return this.#keys.get(offerId) ?? null;
  }

  grown(offerId: string, buckets: number): OfferKeys {
    const keys = { base: offerKey(this.keys.prefix, offerId), buckets };
    this.#keys.set(offerId, keys);
    return keys;
  }

  /**
   * The offer with this number: "" for one that was deleted, `null` if it is unknown. A number is never given anew while the data
   * last; `isFresh` reads Redis again, for a process that has seen them wiped.
   */
  async offerWith(number: number, isFresh: boolean): Promise<string | null> {
    const known = isFresh ? undefined : this.#ids.get(number);
    if (known !== undefined) return known;
    const id = await this.connection.command("offer", (redis) => redis.hget(this.keys.offers, `\t${number}`));
    if (id) this.#ids.set(number, id);
    return id;
  }

  async offerIds(): Promise<string[]> {
    return [...(await this.numbers()).values()].sort();
  }

  /** All offers by their numbers. */
  async numbers(): Promise<Map<number, string>> {
    const found = new Map<number, string>();
    let cursor = "0";
    do {
      const [next, items] = await this.connection.command("list-offers", (redis) =>
        redis.hscan(this.keys.offers, cursor, "COUNT", SCANNED_AT_ONCE),
      );
      cursor = next;
      for (let at = 0; at < items.length; at += 2) {
        const [field, value] = [items[at] as string, items[at + 1] as string];
        if (!field.startsWith("\t")) found.set(Number(value), field);
      }
    } while (cursor !== "0");
    return found;
  }

  /** All offers, by id, some at a time. */
  async *loadAll(): AsyncGenerator<LoadedOffer> {
    const ids = await this.offerIds();
    for (let at = 0; at < ids.length; at += LOADED_AT_ONCE) {
      const loaded = await Promise.all(ids.slice(at, at + LOADED_AT_ONCE).map((id) => this.load(id)));
      for (const each of loaded) if (each !== null) yield each;
    }
  }
}
