import type { Holding } from "../../domain/holding.js";
import type { Milliseconds, UnixMs } from "../../domain/units.js";
import { type Linked, Recent } from "./recent.js";
import type { RecentDisplay } from "./recent-display.js";

/**
 * `holding`: `null` once a change made it wrong. `flight`: the one that brought it.
 * `shown`: what messages showed that had not claimed it, newest first.
 */
export interface CacheEntry extends Linked<CacheEntry> {
  holding: Holding | null;
  flight: ReadToken;
  shown: RecentDisplay | null;
}

/**
 * A read on its way to the store, `at` which instant. What it brings back is remembered unless the subscriber changed meanwhile.
 * `change`: how many changes there had been when it took off. `generation`: the cache's then; what an older one brought is not trusted.
 */
export type ReadToken = { readonly at: UnixMs; readonly change: number; readonly generation: number };

const NO_FLIGHT: ReadToken = { at: 0, change: 0, generation: -1 };

/**
 * Held codes by offer and subscriber. It holds facts, never decisions: the rule runs on every resolve over what stands here.
 *
 * The hard spot is a change that overtakes an answer: the store reads a held code, the code is redeemed, the news of that arrives,
 * and only then the answer with the unredeemed code. Keeping it would serve a redeemed code until its age runs out. So every
 * read is a flight, every change is numbered, and an answer is dropped when its subscriber changed after the flight took off.
 */
export class HoldingCache {
  readonly #entries: Recent<CacheEntry>;
  readonly #changes = new Map<string, number>();
  #flights = 0;
  #changeCount = 0;
  #generation = 0;

  constructor(
    max: number,
    readonly maxAge: Milliseconds,
  ) {
    this.#entries = new Recent(max);
  }

  /** What is remembered and can be trusted at `now`. */
  getFresh(offerId: string, subscriberId: string, now: UnixMs): Holding | undefined {
    const entry = this.find(offerId, subscriberId);
    return entry && this.getFreshOf(entry, now);
  }

  /** All that is remembered. */
  find(offerId: string, subscriberId: string): CacheEntry | undefined {
    return this.#entries.get(offerId, subscriberId);
  }

  /** The same, an empty one where nothing is remembered. */
  entry(offerId: string, subscriberId: string): CacheEntry {
    return this.find(offerId, subscriberId) ?? this.#add(offerId, subscriberId);
  }

  getFreshOf(entry: CacheEntry, now: UnixMs): Holding | undefined {
    if (entry.holding === null || entry.flight.generation !== this.#generation) return undefined;
    const age = now - entry.flight.at;
    return age >= 0 && age <= this.maxAge ? entry.holding : undefined;
  }

  /** What is remembered, trusted or not: for a store that is away. */
  getStale(offerId: string, subscriberId: string): Holding | undefined {
    return this.#entries.peek(offerId, subscriberId)?.holding ?? undefined;
  }

  beginRead(now: UnixMs): ReadToken {
    this.#flights += 1;
    return { at: now, change: this.#changeCount, generation: this.#generation };
  }

  endRead(_flight: ReadToken): void {
    this.#flights -= 1;
    if (this.#flights === 0) this.#changes.clear();
  }

  put(flight: ReadToken, offerId: string, subscriberId: string, holding: Holding): void {
    if (flight.generation !== this.#generation || this.#changedSince(flight, offerId, subscriberId)) return;
    const entry = this.entry(offerId, subscriberId);
    entry.holding = holding;
    entry.flight = flight;
  }

  forget(offerId: string, subscriberId: string): void {
    this.#change(offerId, subscriberId);
    const entry = this.#entries.peek(offerId, subscriberId);
    if (entry?.shown === null) this.#entries.delete(entry);
    else if (entry !== undefined) entry.holding = null;
  }

  /** Nothing remembered so far, nor what is on its way, is trusted any more. */
  invalidateAll(): void {
    this.#generation += 1;
  }

  /** Removes what is remembered of a subscriber in any offer. */
  forgetSubscriber(subscriberId: string, offerIds: Iterable<string>): void {
    for (const offerId of offerIds) {
      this.#change(offerId, subscriberId);
      const entry = this.#entries.peek(offerId, subscriberId);
      if (entry !== undefined) this.#entries.delete(entry);
    }
  }

  #add(group: string, key: string): CacheEntry {
    const entry: CacheEntry = {
      group,
      key,
      holding: null,
      flight: NO_FLIGHT,
      shown: null,
      newer: null,
      older: null,
    };
    this.#entries.add(entry);
    return entry;
  }

  #change(offerId: string, subscriberId: string): void {
    this.#changeCount += 1;
    if (this.#flights > 0) this.#changes.set(changeKey(offerId, subscriberId), this.#changeCount);
  }

  #changedSince({ change }: ReadToken, offerId: string, subscriberId: string): boolean {
    return this.#changes.size > 0 && (this.#changes.get(changeKey(offerId, subscriberId)) ?? 0) > change;
  }
}

function changeKey(offerId: string, subscriberId: string): string {
  return `${offerId}\n${subscriberId}`;
}
