import { crossedLevel } from "../domain/offer.js";
import type { KeptCodeReason, NewCodeReason, Resolution, UnavailableReason } from "../domain/resolution.js";
import type { Milliseconds } from "../domain/units.js";

/** The offer and message of an event. Codes are left out: they are money. */
type About = { offerId: string; subscriberId: string; messageId: string };

/**
 * What happens in a resolver, for its operators.
 *
 * - `claimed`: a code left the pool. `kept`: a code held before is shown; `fromCache`: without a call of the store.
 * - `unavailable`: there was no code to give; `isFallback`: the offer's static code is shown.
 * - `low-stock`: fewer than `level` codes are left. Each process reports each level once, and again after the stock had recovered.
 * - `pool-empty`: a message found no code left. Reported once by each process, and again after codes had come in.
 * - `store-unavailable`: a call of the store failed; reported once. `store-available`: it answers again, after `unavailableFor` milliseconds.
 */
export type OfferEvent =
  | ({ type: "claimed"; reason: NewCodeReason; batch: string | null } & About)
  | ({ type: "kept"; reason: KeptCodeReason; fromCache: boolean } & About)
  | ({ type: "unavailable"; reason: UnavailableReason; isFallback: boolean } & About)
  | { type: "low-stock"; offerId: string; left: number; level: number }
  | { type: "pool-empty"; offerId: string }
  | { type: "store-unavailable"; error: unknown }
  | { type: "store-available"; unavailableFor: Milliseconds };

/** Receives a resolver's events. An error that it throws becomes a warning of the process. */
export type EventListener = (event: OfferEvent) => void;

type MessageRef = { readonly id: string; readonly subscriberId: string };

/** Offers remembered as low or empty. Beyond that the oldest is reported once more. */
const MOST_OFFERS = 10_000;

/** Reports to one listener what a resolver does. Without a listener there is no reporter, and none of this runs. */
export class EventReporter {
  readonly #low = new BoundedMap<number>();
  readonly #empty = new BoundedMap<true>();
  #unavailableSince: number | null = null;

  constructor(readonly listener: EventListener) {}

  answered(
    { offerId, reason, code, isFallback, isNew, batch }: Resolution,
    message: MessageRef,
    fromCache: boolean,
  ): void {
    const about = { offerId, subscriberId: message.subscriberId, messageId: message.id };
    if (code === null || isFallback) {
      this.#notify({ type: "unavailable", reason: reason as UnavailableReason, isFallback, ...about });
      if (reason === "pool-empty") this.#foundEmpty(offerId);
    } else if (isNew && reason !== "same-message") {
      this.#empty.delete(offerId);
      this.#notify({ type: "claimed", reason: reason as NewCodeReason, batch, ...about });
    } else {
      this.#notify({ type: "kept", reason: reason as KeptCodeReason, fromCache, ...about });
    }
  }

  /** After a claim: how many codes are left. One event for the lowest level that they fell below, however many they passed. */
  stock(offerId: string, left: number, levels: readonly number[]): void {
    const level = crossedLevel(levels, left);
    const reported = this.#low.get(offerId);
    if (level === null) this.#low.delete(offerId);
    else this.#low.set(offerId, level);
    if (level !== null && (reported === undefined || level < reported)) {
      this.#notify({ type: "low-stock", offerId, left, level });
    }
  }

  storeUnavailable(error: unknown): void {
    if (this.#unavailableSince !== null) return;
    this.#unavailableSince = performance.now();
    this.#notify({ type: "store-unavailable", error });
  }

  storeAvailable(): void {
    if (this.#unavailableSince === null) return;
    const unavailableFor = Math.round(performance.now() - this.#unavailableSince);
    this.#unavailableSince = null;
    this.#notify({ type: "store-available", unavailableFor });
  }

  #foundEmpty(offerId: string): void {
    if (this.#empty.has(offerId)) return;
    this.#empty.set(offerId, true);
    this.#notify({ type: "pool-empty", offerId });
  }

  /** A listener that throws must not stop a message. */
  #notify(event: OfferEvent): void {
    try {
      this.listener(event);
    } catch (error) {
      process.emitWarning(
        `onEvent threw: ${error instanceof Error ? error.message : String(error)}`,
        "OfferCodeWarning",
      );
    }
  }
}

/** What is remembered of offers, of the newest `MOST_OFFERS` of them. */
class BoundedMap<Value> extends Map<string, Value> {
  override set(offerId: string, value: Value): this {
    if (this.size >= MOST_OFFERS && !this.has(offerId)) this.delete(this.keys().next().value as string);
    return super.set(offerId, value);
  }
}
