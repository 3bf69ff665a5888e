import type { ClaimQueue } from "./claim-queue.js";

/** Queues kept though they may be empty. */
const MOST_IDLE = 1000;

/** One claim queue for each offer. Beyond `MOST_IDLE`, queues without claims are removed. */
export class ClaimQueues {
  readonly #queues = new Map<string, ClaimQueue>();
  #most = MOST_IDLE;

  constructor(readonly create: (offerId: string) => ClaimQueue) {}

  of(offerId: string): ClaimQueue {
    let queue = this.#queues.get(offerId);
    if (queue === undefined) {
      if (this.#queues.size >= this.#most) this.#removeIdle();
      queue = this.create(offerId);
      this.#queues.set(offerId, queue);
    }
    return queue;
  }

  #removeIdle(): void {
    for (const [offerId, queue] of this.#queues) if (queue.isIdle) this.#queues.delete(offerId);
    this.#most = Math.max(MOST_IDLE, this.#queues.size * 2);
  }
}
