// The rules once more, as plainly as the tables have them: no store, no cache, no calendar. Days are UTC days.
import type { BatchCounts, Reason } from "offer-code";
import { DAY, HOUR } from "../fixtures.js";
import { type Action, BATCHES, MESSAGES, type Window } from "./actions.js";

type Code = {
  readonly code: string;
  readonly offer: string;
  readonly batch: string;
  given: { to: string; by: string; at: number } | null;
  redeemed: boolean;
  /** Messages other than its own that have shown it. */
  shownBy: Set<string>;
};

export type Expected = { readonly code: string | null; readonly reason: Reason };

/** Everything that has happened, and what must come next. */
export class Model {
  readonly windows = new Map<string, Window>();
  readonly batches = new Map<string, string[]>();
  readonly signUps = new Map<string, string>();
  /** In file order within a batch. */
  readonly codes: Code[] = [];
  /** By offer and subscriber, newest first. */
  readonly #held = new Map<string, Code[]>();

  save(offer: string, window: Window): void {
    this.windows.set(offer, window);
    if (!this.batches.has(offer)) this.batches.set(offer, []);
  }

  /** How many of the codes are new. */
  import({ offer, batch, codes }: Extract<Action, { type: "import" }>): number {
    const batches = this.batches.get(offer)!;
    if (!batches.includes(batch)) batches.push(batch);
    const before = this.codes.length;
    for (const code of codes) {
      if (this.find(code) !== undefined) continue;
      this.codes.push({ code, offer, batch, given: null, redeemed: false, shownBy: new Set() });
    }
    return this.codes.length - before;
  }

  signUp(subscriber: string, offer: string): void {
    if (!this.signUps.has(subscriber)) this.signUps.set(subscriber, offer);
  }

  find(code: string): Code | undefined {
    return this.codes.find((each) => each.code.toUpperCase() === code.toUpperCase());
  }

  redeem(code: string): "redeemed" | "already-redeemed" | "unknown-code" {
    const found = this.find(code);
    if (found === undefined) return "unknown-code";
    const status = found.redeemed ? "already-redeemed" : "redeemed";
    found.redeemed = true;
    return status;
  }

  send({ message, subscriber, offer }: Extract<Action, { type: "send" }>, now: number): Expected {
    const followsSignUp = MESSAGES[message] === "auto-response" || MESSAGES[message] === "already-subscribed";
    const meant = followsSignUp ? this.signUps.get(subscriber) : offer;
    if (meant === undefined) return { code: null, reason: "no-sign-up-offer" };
    if (!this.windows.has(meant)) return { code: null, reason: "unknown-offer" };
    const held = this.heldBy(meant, subscriber);
    if (followsSignUp) {
      if (held.length > 0) return this.#show(held.at(-1)!, message, "sign-up-offer");
      return this.#give(meant, subscriber, message, now, "sign-up-offer");
    }
    const newest = held[0];
    if (newest === undefined) return this.#give(meant, subscriber, message, now, "first-code");
    const own = held.find((code) => code.given?.by === message);
    if (own) return this.#show(own, message, "same-message");
    if (newest.redeemed) return this.#give(meant, subscriber, message, now, "redeemed");
    if (this.windows.get(meant) === "each message")
      return this.#give(meant, subscriber, message, now, "new-each-message");
    if (this.isValid(newest, now)) return this.#show(newest, message, "still-valid");
    return this.#give(meant, subscriber, message, now, "expired");
  }

  /** What a release may return. A code that another message was resolved over may stay, though that message did not show it. */
  release({ message, subscriber, offer }: Extract<Action, { type: "release" }>): string[] {
    const own = this.heldBy(offer, subscriber).find((code) => code.given?.by === message);
    if (own === undefined) return ["nothing-claimed"];
    if (own.redeemed) return ["redeemed"];
    return own.shownBy.size > 0 ? ["shared"] : ["released", "shared"];
  }

  takeBack({ message, subscriber, offer }: Extract<Action, { type: "release" }>): string {
    const held = this.heldBy(offer, subscriber);
    const [own] = held.splice(
      held.findIndex((code) => code.given?.by === message),
      1,
    );
    own!.given = null;
    return own!.code;
  }

  /** Inside the offer's window of today, redemption aside. */
  isValid({ offer, batch, given }: Code, now: number): boolean {
    const age = now - given!.at;
    switch (this.windows.get(offer)!) {
      case "never":
        return true;
      case "5 hours":
        return age < 5 * HOUR;
      case "2 days":
        return age < 2 * DAY;
      case "each message":
        return age === 0;
      case "custom period":
      case "custom period, 36 hours ahead":
        return isOpen(batch, now);
    }
  }

  heldBy(offer: string, subscriber: string): Code[] {
    const key = `${offer}/${subscriber}`;
    const held = this.#held.get(key) ?? [];
    this.#held.set(key, held);
    return held;
  }

  counts(offer: string): Omit<BatchCounts, "batch">[] {
    return this.batches.get(offer)!.map((batch) => {
      const codes = this.codes.filter((code) => code.offer === offer && code.batch === batch);
      const given = codes.filter((code) => code.given !== null);
      const waiting = codes.filter((code) => code.given === null);
      return {
        inPool: waiting.filter(({ redeemed }) => !redeemed).length,
        givenOut: given.length,
        redeemed: given.filter(({ redeemed }) => redeemed).length,
        redeemedInPool: waiting.filter(({ redeemed }) => redeemed).length,
      };
    });
  }

  #show(code: Code, message: string, reason: Reason): Expected {
    if (code.given?.by !== message) code.shownBy.add(message);
    return { code: code.code, reason };
  }

  #give(offer: string, subscriber: string, message: string, now: number, reason: Reason): Expected {
    const window = this.windows.get(offer)!;
    const isDated = window.startsWith("custom period");
    const lead = window === "custom period, 36 hours ahead" ? 36 * HOUR : 0;
    const batches = this.batches.get(offer)!.filter((batch) => !isDated || isDrawn(batch, lead, now));
    if (isDated) batches.sort((one, other) => BATCHES[one]!.closesAt - BATCHES[other]!.closesAt);
    if (batches.length === 0) return { code: null, reason: isDated ? "no-open-batch" : "pool-empty" };
    for (const batch of batches) {
      const next = this.codes.find((code) => isFree(code) && code.offer === offer && code.batch === batch);
      if (next === undefined) continue;
      next.given = { to: subscriber, by: message, at: now };
      next.shownBy.clear();
      this.heldBy(offer, subscriber).unshift(next);
      return { code: next.code, reason };
    }
    return { code: null, reason: "pool-empty" };
  }
}

function isFree({ given, redeemed }: Code): boolean {
  return given === null && !redeemed;
}

function isDrawn(batch: string, lead: number, now: number): boolean {
  return isOpen(batch, now) && BATCHES[batch]!.closesAt - now >= lead;
}

function isOpen(batch: string, now: number): boolean {
  const { opensAt, closesAt } = BATCHES[batch]!;
  return opensAt <= now && now < closesAt;
}
