import type { OfferStore } from "../../store/store.js";
import { createBatcher } from "../batcher.js";
import type { CallLimit } from "../call-limit.js";
import type { CachedSubscriber, SubscriberCache } from "./subscribers.js";

const MOST_ITEMS = 1000;

type PendingRead = {
  subscriber: CachedSubscriber;
  resolve(offerId: string | null): void;
  reject(error: unknown): void;
};

/** Reads the subscribers' original sign-up offers, many at a time. A record never changes, so it is kept until the subscriber is forgotten. */
export class SignUps {
  readonly #add: (read: PendingRead) => void;

  constructor(
    readonly store: OfferStore,
    readonly cache: SubscriberCache,
    readonly calls: CallLimit,
  ) {
    this.#add = createBatcher(MOST_ITEMS, (reads) => calls.run(() => this.#read(reads)));
  }

  read(subscriber: CachedSubscriber): Promise<string | null> {
    return new Promise((resolve, reject) => this.#add({ subscriber, resolve, reject }));
  }

  async #read(reads: PendingRead[]): Promise<void> {
    const { epoch } = this.cache;
    const token = epoch.beginRead(0);
    try {
      const offerIds = await this.store.signUpOffers(reads.map(({ subscriber }) => subscriber.id));
      reads.forEach(({ subscriber, resolve }, index) => {
        const offerId = offerIds[index] ?? null;
        if (offerId !== null) this.cache.putSignUp(token, subscriber, offerId);
        resolve(offerId);
      });
    } catch (error) {
      for (const { reject } of reads) reject(error);
    } finally {
      epoch.endRead(token);
    }
  }
}
