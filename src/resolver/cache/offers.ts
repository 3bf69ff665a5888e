import type { OfferState } from "../../domain/offer.js";
import type { Milliseconds, UnixMs } from "../../domain/units.js";
import type { OfferStore } from "../../store/store.js";

type Known = { state: OfferState; confirmedAt: UnixMs };

/** The offers that this process has met, each as the store last confirmed it. */
export class OfferCatalog {
  readonly #known = new Map<string, Known>();
  readonly #loading = new Map<string, Promise<OfferState | null>>();
  /** Rises with every change told: an answer that took off before is not confirmed any more. */
  changes = 0;

  constructor(
    readonly store: OfferStore,
    readonly maxAge: Milliseconds,
  ) {}

  /** The state last heard of, however long ago. The store checks its revision with every claim. */
  getAny(offerId: string): OfferState | undefined {
    return this.#known.get(offerId)?.state;
  }

  /** The state if the store confirmed it at most `maxAge` ago and no change was told since. */
  getFresh(offerId: string, now: UnixMs): OfferState | undefined {
    const known = this.#known.get(offerId);
    if (known === undefined) return undefined;
    const age = now - known.confirmedAt;
    return age >= 0 && age <= this.maxAge ? known.state : undefined;
  }

  /** The store accepted this state's revision at `now`, asked when `changes` stood at `asked`. */
  confirm(state: OfferState, now: UnixMs, asked: number): void {
    const known = this.#known.get(state.offer.id);
    if (known?.state === state && asked === this.changes) known.confirmedAt = now;
  }

  /** Asks the store; callers at the same time share one question. */
  load(offerId: string, now: UnixMs): Promise<OfferState | null> {
    let loading = this.#loading.get(offerId);
    if (loading === undefined) {
      loading = this.#ask(offerId, now).finally(() => this.#loading.delete(offerId));
      this.#loading.set(offerId, loading);
    }
    return loading;
  }

  /** The offer changed. What is at hand still tells its name and policy while the store is away. */
  invalidate(offerId: string): void {
    this.changes += 1;
    this.#loading.delete(offerId);
    const known = this.#known.get(offerId);
    if (known !== undefined) known.confirmedAt = Number.NEGATIVE_INFINITY;
  }

  /** Changes may have been missed. */
  invalidateAll(): void {
    for (const offerId of this.#known.keys()) this.invalidate(offerId);
    this.changes += 1;
  }

  ids(): Iterable<string> {
    return this.#known.keys();
  }

  async #ask(offerId: string, now: UnixMs): Promise<OfferState | null> {
    const asked = this.changes;
    const state = await this.store.loadOffer(offerId);
    if (state === null) this.#known.delete(offerId);
    else this.#known.set(offerId, { state, confirmedAt: asked === this.changes ? now : Number.NEGATIVE_INFINITY });
    return state;
  }
}
