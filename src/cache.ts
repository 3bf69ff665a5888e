import { LRUCache } from "lru-cache";
import type { Holding } from "./holding.js";
import type { Milliseconds, UnixMs } from "./units.js";

/** `generation`: the cache's when this was stored; an older one is not trusted. */
type Remembered = { holding: Holding; storedAt: UnixMs; generation: number };

/** A read on its way to the store. What it brings back is remembered unless the subscriber changed meanwhile. */
export type Flight = { readonly startedAt: number };

/**
 * Held codes by offer and subscriber. It holds facts, never decisions: the rule runs on every resolve over what stands here.
 *
 * The hard spot is a change that overtakes an answer: the store reads a held code, the code is redeemed, the news of that arrives,
 * and only then the answer with the unredeemed code. Keeping it would serve a redeemed code until its age runs out. So every
 * read is a flight, every change is numbered, and an answer is dropped when its subscriber changed after the flight took off.
 */
export class HoldingCache {
  readonly #entries: LRUCache<string, Remembered>;
  readonly #changes = new Map<string, number>();
  #flights = 0;
  #changeCount = 0;
  #lastMiss = 0;
  #generation = 0;

  constructor(
    max: number,
    readonly maxAge: Milliseconds,
  ) {
    this.#entries = new LRUCache({ max });
  }

  /** What is remembered and can be trusted at `now`. */
  trusted(offerId: string, subscriberId: string, now: UnixMs): Holding | undefined {
    const entry = this.#entries.get(cacheKey(offerId, subscriberId));
    if (entry === undefined || entry.generation !== this.#generation) return undefined;
    const age = now - entry.storedAt;
    return age >= 0 && age <= this.maxAge ? entry.holding : undefined;
  }

  /** What is remembered, trusted or not: for a store that is away. */
  lastKnown(offerId: string, subscriberId: string): Holding | undefined {
    return this.#entries.peek(cacheKey(offerId, subscriberId))?.holding;
  }

  takeOff(): Flight {
    this.#flights += 1;
    return { startedAt: this.#changeCount };
  }

  land(_flight: Flight): void {
    this.#flights -= 1;
    if (this.#flights === 0) this.#changes.clear();
  }

  put(flight: Flight, offerId: string, subscriberId: string, holding: Holding, now: UnixMs): void {
    const key = cacheKey(offerId, subscriberId);
    if (this.#lastMiss > flight.startedAt || (this.#changes.get(key) ?? 0) > flight.startedAt) return;
    this.#entries.set(key, { holding, storedAt: now, generation: this.#generation });
  }

  forget(offerId: string, subscriberId: string): void {
    const key = cacheKey(offerId, subscriberId);
    this.#changeCount += 1;
    if (this.#flights > 0) this.#changes.set(key, this.#changeCount);
    this.#entries.delete(key);
  }

  /** Changes were missed: nothing remembered so far is trusted any more. */
  distrustAll(): void {
    this.#changeCount += 1;
    this.#lastMiss = this.#changeCount;
    this.#generation += 1;
  }

  /** Removes what is remembered of a subscriber in any offer. */
  forgetSubscriber(subscriberId: string, offerIds: Iterable<string>): void {
    for (const offerId of offerIds) this.forget(offerId, subscriberId);
  }
}

function cacheKey(offerId: string, subscriberId: string): string {
  return `${offerId}\n${subscriberId}`;
}
