import type { Resolution } from "offer-code";
import { expect } from "vitest";
import type { Model } from "./model.js";

type Sent = { readonly message: string; readonly subscriber: string };

/** What may never happen, seen from what was shown alone. */
export class Invariants {
  readonly #holders = new Map<string, string>();
  readonly #usedUp = new Map<string, string>();

  constructor(readonly model: Model) {}

  shown({ message, subscriber }: Sent, answer: Resolution, now: number): void {
    const { code, offerId, reason, isNew } = answer;
    if (code === null) return;
    // A code has one holder.
    expect(this.#holders.get(code) ?? subscriber, `who holds ${code}`).toBe(subscriber);
    this.#holders.set(code, subscriber);
    // A message uses up one code of an offer.
    const use = `${offerId} ${message} ${subscriber}`;
    if (isNew) {
      expect(this.#usedUp.get(use) ?? code, `what ${message} uses up`).toBe(code);
      this.#usedUp.set(use, code);
    }
    // A code is given inside its window and unredeemed, unless this very message had it already or it is that of the sign-up.
    if (reason === "same-message" || reason === "sign-up-offer") return;
    const known = this.model.find(code);
    expect(known?.redeemed, `${code} is redeemed`).toBe(false);
    const isForOne = this.model.windows.get(offerId) === "each message" && known?.given?.by === message;
    expect(isForOne || (known !== undefined && this.model.isValid(known, now)), `${code} is valid`).toBe(true);
  }

  released({ message, subscriber, offer }: Sent & { readonly offer: string }, code: string): void {
    this.#holders.delete(code);
    this.#usedUp.delete(`${offer} ${message} ${subscriber}`);
  }
}
