import type { Milliseconds, OfferStore, StoreChange, Watch } from "offer-code";
import { type Network, placeOf } from "./network.js";
import { randomFor } from "./random.js";
import type { World } from "./world.js";

/** A subscription that has been silent for longer is not trusted, as the Redis store promises. */
export const SILENCE_ALLOWED: Milliseconds = 3_000;

type Waiting = { readonly change: StoreChange; readonly since: Milliseconds };

/** Brings the changes of one store to one process: in order, late, and after a gap with the news that some were missed. */
export class MemorySubscription {
  readonly #waiting: Waiting[] = [];
  #listener: ((change: StoreChange) => void) | null = null;
  #arrivesAt: Milliseconds = 0;
  #silentUntil: Milliseconds = 0;
  #cuts = 0;

  constructor(
    readonly world: World,
    readonly network: Network,
    readonly process: string,
  ) {}

  open(store: OfferStore, listener: (change: StoreChange) => void): Watch {
    this.#listener = listener;
    const watch = store.watch((change) => this.#publish(change));
    return { live: () => this.#isLive(), close: () => watch.close() };
  }

  deafen(length: Milliseconds): void {
    this.#silentUntil = this.world.now + length;
  }

  cut(length: Milliseconds): void {
    this.#cuts += 1;
    this.#waiting.length = 0;
    this.#listener?.({ type: "missed" });
    this.world.after(length, this.process, () => {
      this.#cuts -= 1;
      this.#listener?.({ type: "missed" });
    });
  }

  #isLive(): boolean {
    const oldest = this.#waiting[0];
    if (this.#cuts > 0) return false;
    return oldest === undefined || this.world.now - oldest.since <= SILENCE_ALLOWED;
  }

  #publish(change: StoreChange): void {
    const { now } = this.world;
    if (this.#cuts > 0) return;
    const delay =
      this.network.weather === 0
        ? 1
        : randomFor(this.network.seed, `${placeOf(this.process)} change ${now}`).between(0, 25);
    this.#arrivesAt = Math.max(this.#arrivesAt, this.#silentUntil, now + delay);
    this.#waiting.push({ change, since: now });
    this.world.after(this.#arrivesAt - now, this.process, () => this.#deliver());
  }

  /** The change that has waited longest. Changes that a cut has taken leave events behind that find nothing. */
  #deliver(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    if (this.world.now < this.#silentUntil) {
      this.world.after(this.#silentUntil - this.world.now, this.process, () => this.#deliver());
      return;
    }
    if (!this.#isLive()) this.#listener?.({ type: "missed" });
    this.#waiting.shift();
    this.#listener?.(oldest.change);
  }
}
