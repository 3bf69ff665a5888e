import type { UnixMs } from "../../domain/units.js";

/** What a read of the store takes along: the instant it began at, and how many changes there had been by then. */
export type ReadToken = { readonly at: UnixMs; readonly change: number };

/** Changes of single subscribers and offers that are remembered while reads are under way; one more counts as a change of everything. */
const MOST_CHANGES = 10_000;

/**
 * Numbers the changes that this process learns of, so that an answer read before a change is not remembered after it.
 *
 * The hard spot is a change that overtakes an answer: the store reads a held code, the code is redeemed, the notice of that arrives,
 * and only then the answer with the unredeemed code. Remembering it would show a redeemed code until its age runs out. So each read
 * carries the number of the last change before it began, and its answer is dropped when its key changed after that.
 *
 * A key is the id of a subscriber or an offer. An id that is both costs no more than a second read.
 */
export class Epoch {
  #changes = 0;
  /** The last change of everything. */
  #all = 0;
  #reads = 0;
  /** By key, the last change while reads were under way. */
  readonly #changed = new Map<string, number>();

  /** How many changes there have been. */
  get change(): number {
    return this.#changes;
  }

  beginRead(at: UnixMs): ReadToken {
    this.#reads += 1;
    return { at, change: this.#changes };
  }

  endRead(_token: ReadToken): void {
    this.#reads -= 1;
    if (this.#reads === 0) this.#changed.clear();
  }

  /** Counts a change of one key and returns its number. */
  changed(key: string): number {
    if (this.#changed.size >= MOST_CHANGES) return this.changedAll();
    this.#changes += 1;
    if (this.#reads > 0) this.#changed.set(key, this.#changes);
    return this.#changes;
  }

  /** Changes may have been missed: nothing read before this counts any more. */
  changedAll(): number {
    this.#changes += 1;
    this.#all = this.#changes;
    this.#changed.clear();
    return this.#changes;
  }

  /** Whether what this read brought may be remembered for the key. Ask before its `endRead`. */
  isCurrent(token: ReadToken, key: string): boolean {
    return this.isAfterAll(token) && (this.#changed.size === 0 || (this.#changed.get(key) ?? 0) <= token.change);
  }

  /** Whether no change of everything came after this read began. */
  isAfterAll(token: ReadToken): boolean {
    return token.change >= this.#all;
  }
}
