import type { OfferState } from "../../domain/offer.js";
import type { Milliseconds, UnixMs } from "../../domain/units.js";
import type { OfferStore } from "../../store/store.js";
import type { Epoch, ReadToken } from "./epoch.js";

/** Offers remembered. Beyond that, the one that was read longest ago is dropped. */
const MOST_OFFERS = 5000;

/** `token`: the last read that confirmed the state. `changedAt`: the last change that this process learned of, by its number. */
export type KnownOffer = { state: OfferState; token: ReadToken; changedAt: number };

/** The offers that this process has read, each as the store last confirmed it. */
export class OfferCatalog {
  readonly #known = new Map<string, KnownOffer>();
  readonly #loading = new Map<string, Promise<OfferState | null>>();

  constructor(
    readonly store: OfferStore,
    readonly maxAge: Milliseconds,
    readonly epoch: Epoch,
  ) {}

  /** The offer as last read, however long ago. The store checks its revision with every claim. */
  get(offerId: string): KnownOffer | undefined {
    return this.#known.get(offerId);
  }

  /** Whether the store confirmed the state at most `maxAge` ago and no change came since. */
  isFresh({ token, changedAt }: KnownOffer, now: UnixMs): boolean {
    const age = now - token.at;
    return token.change >= changedAt && this.epoch.isAfterAll(token) && age >= 0 && age <= this.maxAge;
  }

  /** The store accepted this state's revision. */
  confirm(state: OfferState, token: ReadToken): void {
    const known = this.#known.get(state.offer.id);
    if (known?.state === state && token.change >= known.token.change) known.token = token;
  }

  /** Reads the offer; callers at the same time share one read. */
  load(offerId: string, now: UnixMs): Promise<OfferState | null> {
    let loading = this.#loading.get(offerId);
    if (loading === undefined) {
      loading = this.#read(offerId, now).finally(() => {
        if (this.#loading.get(offerId) === loading) this.#loading.delete(offerId);
      });
      this.#loading.set(offerId, loading);
    }
    return loading;
  }

  /** The offer changed. Its last known name and policy still serve while the store is unavailable. */
  invalidate(offerId: string): void {
    const change = this.epoch.changed(offerId);
    this.#loading.delete(offerId);
    const known = this.#known.get(offerId);
    if (known !== undefined) known.changedAt = change;
  }

  /** Changes may have been missed: reads under way are not shared with later callers. */
  invalidateAll(): void {
    this.#loading.clear();
  }

  async #read(offerId: string, now: UnixMs): Promise<OfferState | null> {
    const token = this.epoch.beginRead(now);
    try {
      const state = await this.store.loadOffer(offerId);
      this.#remember(offerId, state, token);
      return state;
    } finally {
      this.epoch.endRead(token);
    }
  }

  #remember(offerId: string, state: OfferState | null, token: ReadToken): void {
    const known = this.#known.get(offerId);
    if (known !== undefined && known.token.change > token.change) return;
    this.#known.delete(offerId);
    if (state === null) return;
    // Holders read before the offer was known here may be older than a change that was not noticed.
    const firstChange = this.epoch.isCurrent(token, offerId) ? token.change : this.epoch.change;
    this.#known.set(offerId, { state, token, changedAt: known?.changedAt ?? firstChange });
    if (this.#known.size > MOST_OFFERS) this.#known.delete(this.#known.keys().next().value as string);
  }
}
