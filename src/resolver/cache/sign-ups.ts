import { LRUCache } from "lru-cache";
import type { OfferStore } from "../../store/store.js";
import { createBatcher } from "../batcher.js";

const MOST_ITEMS = 1000;

type Question = { subscriberId: string; resolve(offerId: string | null): void; reject(error: unknown): void };

/** The subscribers' original sign-up offers. A record never changes, so it is kept until the subscriber is forgotten. */
export class SignUps {
  readonly #known: LRUCache<string, string> | null;
  readonly #add: (question: Question) => void;
  /** Rises whenever something is forgotten: what was asked before is not remembered any more. */
  #forgotten = 0;

  constructor(
    readonly store: OfferStore,
    max: number,
  ) {
    this.#known = max > 0 ? new LRUCache({ max }) : null;
    this.#add = createBatcher(MOST_ITEMS, (questions) => void this.#settle(questions));
  }

  known(subscriberId: string): string | undefined {
    return this.#known?.get(subscriberId);
  }

  ask(subscriberId: string): Promise<string | null> {
    return new Promise((resolve, reject) => this.#add({ subscriberId, resolve, reject }));
  }

  forget(subscriberId: string): void {
    this.#forgotten += 1;
    this.#known?.delete(subscriberId);
  }

  forgetAll(): void {
    this.#forgotten += 1;
    this.#known?.clear();
  }

  async #settle(questions: Question[]): Promise<void> {
    const asked = this.#forgotten;
    try {
      const offerIds = await this.store.signUpOffers(questions.map(({ subscriberId }) => subscriberId));
      questions.forEach(({ subscriberId, resolve }, place) => {
        const offerId = offerIds[place] ?? null;
        if (offerId !== null && asked === this.#forgotten) this.#known?.set(subscriberId, offerId);
        resolve(offerId);
      });
    } catch (error) {
      for (const { reject } of questions) reject(error);
    }
  }
}
