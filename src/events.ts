import type { KeptCodeReason, NewCodeReason, Resolution, UnavailableReason } from "./resolution.js";
import type { Milliseconds } from "./units.js";

/** Which offer and message an event is about. Codes are money and are not told. */
type About = { offerId: string; subscriberId: string; messageId: string };

/**
 * What happens in a resolver, for those who operate it.
 *
 * - `claimed`: a code left the pool. `kept`: a code held before is shown; `fromCache`: without asking the store.
 * - `unavailable`: there was no code to give; `isFallback`: the offer's static code stood in.
 * - `low-stock`: fewer than `level` codes are left. Told once by each process, and again after the stock had recovered.
 * - `pool-empty`: a message found no code left. Told once by each process, and again after codes had come in.
 * - `store-away`: the store could not be asked; told once. `store-back`: it answers again, after `awayFor` milliseconds.
 */
export type OfferEvent =
  | ({ type: "claimed"; reason: NewCodeReason; batch: string | null } & About)
  | ({ type: "kept"; reason: KeptCodeReason; fromCache: boolean } & About)
  | ({ type: "unavailable"; reason: UnavailableReason; isFallback: boolean } & About)
  | { type: "low-stock"; offerId: string; left: number; level: number }
  | { type: "pool-empty"; offerId: string }
  | { type: "store-away"; error: unknown }
  | { type: "store-back"; awayFor: Milliseconds };

export type EventListener = (event: OfferEvent) => void;

type Asker = { readonly id: string; readonly subscriberId: string };

/** Tells one listener what a resolver does. Where nobody listens there is no reporter, and nothing of this runs. */
export class EventReporter {
  readonly #low = new Set<string>();
  readonly #empty = new Set<string>();
  #awaySince: number | null = null;

  constructor(readonly listener: EventListener) {}

  answered({ offerId, reason, code, isFallback, isNew, batch }: Resolution, message: Asker, fromCache: boolean): void {
    const about = { offerId, subscriberId: message.subscriberId, messageId: message.id };
    if (code === null || isFallback) {
      this.#tell({ type: "unavailable", reason: reason as UnavailableReason, isFallback, ...about });
      if (reason === "pool-empty") this.#foundEmpty(offerId);
    } else if (isNew && reason !== "same-message") {
      this.#empty.delete(offerId);
      this.#tell({ type: "claimed", reason: reason as NewCodeReason, batch, ...about });
    } else {
      this.#tell({ type: "kept", reason: reason as KeptCodeReason, fromCache, ...about });
    }
  }

  /** After a claim: how many codes are left. */
  stock(offerId: string, left: number, level: number): void {
    if (left >= level) this.#low.delete(offerId);
    else if (!this.#low.has(offerId)) {
      this.#low.add(offerId);
      this.#tell({ type: "low-stock", offerId, left, level });
    }
  }

  storeAway(error: unknown): void {
    if (this.#awaySince !== null) return;
    this.#awaySince = performance.now();
    this.#tell({ type: "store-away", error });
  }

  storeAnswered(): void {
    if (this.#awaySince === null) return;
    const awayFor = Math.round(performance.now() - this.#awaySince);
    this.#awaySince = null;
    this.#tell({ type: "store-back", awayFor });
  }

  #foundEmpty(offerId: string): void {
    if (this.#empty.has(offerId)) return;
    this.#empty.add(offerId);
    this.#tell({ type: "pool-empty", offerId });
  }

  /** A listener that throws must not stop a message. */
  #tell(event: OfferEvent): void {
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
