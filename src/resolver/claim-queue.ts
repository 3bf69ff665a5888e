import { codeAnswer, storeUnavailableAnswer, unavailableAnswer } from "../domain/answer.js";
import { decide, reusable } from "../domain/decide.js";
import { StoreUnavailableError } from "../domain/errors.js";
import { type Holding, newestCode } from "../domain/holding.js";
import type { Message } from "../domain/message.js";
import { lowStockLevels, type OfferState } from "../domain/offer.js";
import type { NewCodeReason, Resolution } from "../domain/resolution.js";
import type { UnixMs } from "../domain/units.js";
import { drawOrder } from "../domain/window.js";
import type { ClaimAnswer, ClaimItem, OfferStore } from "../store/store.js";
import { createBatcher } from "./batcher.js";
import type { ReadToken } from "./cache/epoch.js";
import type { LocalState, MessageRef } from "./cache/local-state.js";
import type { CacheEntry } from "./cache/subscribers.js";
import type { CallLimit } from "./call-limit.js";
import type { EventReporter } from "./events.js";
import { type PendingClaim, type Reject, type Resolve, SubscriberLines } from "./subscriber-lines.js";

/** Subscribers in one call of the claim script. It holds Redis for less than a millisecond. */
const MOST_ITEMS = 250;
/** A subscriber whose held code changes under every try, or an offer that changes as often, is given up on. */
const MOST_ROUNDS = 20;

/**
 * The claims of one offer that only the store can answer, gathered tick by tick.
 *
 * A claim names the code that the subscriber is expected to hold. Where that is right, the same round trip brings a new code. Otherwise the
 * reply contains what is held; the rule decides again over that and either keeps it or claims once more. Nobody waits for a lock, and
 * the loser of a race shows the winner's code.
 */
export class ClaimQueue {
  readonly #lines = new SubscriberLines();
  readonly #add: (claim: PendingClaim) => void;

  constructor(
    readonly offerId: string,
    readonly store: OfferStore,
    readonly local: LocalState,
    readonly now: () => UnixMs,
    readonly events: EventReporter | null,
    calls: CallLimit,
  ) {
    this.#add = createBatcher(MOST_ITEMS, (claims) => calls.run(() => this.#settle(claims)));
  }

  get isIdle(): boolean {
    return this.#lines.isEmpty;
  }

  /** Answers later. Parts of one message that are resolved at the same time share one claim. */
  enqueue(
    message: Message,
    { id, type, subscriberId }: MessageRef,
    entry: CacheEntry,
    index: number,
    resolve: Resolve,
    reject: Reject,
  ): void {
    const claim: PendingClaim = {
      id,
      type,
      subscriberId,
      message,
      entry,
      holding: undefined,
      index,
      resolve,
      reject,
      waiters: null,
      next: null,
      line: null,
    };
    if (this.#lines.join(claim)) this.#add(claim);
  }

  async #settle(claims: PendingClaim[]): Promise<void> {
    let open = claims;
    try {
      for (let round = 0; open.length > 0; round++) {
        if (round === MOST_ROUNDS)
          throw new StoreUnavailableError(`offer "${this.offerId}" kept changing: gave up after ${round} tries`);
        open = await this.#round(open);
      }
    } catch (error) {
      for (const claim of open) this.#fail(claim, error);
    }
  }

  /** One round trip. Returns the claims that have to be made again. */
  async #round(claims: PendingClaim[]): Promise<PendingClaim[]> {
    const { offers } = this.local;
    const state = offers.get(this.offerId)?.state ?? (await offers.load(this.offerId, this.now()));
    if (state !== null) return this.#claim(state, claims);
    for (const claim of claims) this.#answer(claim, unavailableAnswer(this.offerId, undefined, "unknown-offer"));
    return [];
  }

  async #claim(state: OfferState, claims: PendingClaim[]): Promise<PendingClaim[]> {
    const now = this.now();
    const { epoch, offers } = this.local;
    const token = epoch.beginRead(now);
    try {
      const items = claims.map((claim) => this.#item(claim, state, now));
      const from = drawOrder(state, now);
      const levels = this.events === null ? [] : lowStockLevels(state.offer);
      const countLeft = levels.length > 0;
      const { offerId } = this;
      const reply = await this.store.claim({ offerId, revision: state.revision, from, now, items, countLeft });
      this.events?.storeAvailable();
      if (reply.status === "offer-changed") {
        offers.invalidate(offerId);
        await offers.load(offerId, now);
        return claims;
      }
      if (countLeft && reply.left !== undefined) this.events?.stock(offerId, reply.left, levels);
      offers.confirm(state, token);
      return claims.filter((claim, index) => {
        const resolution = this.#resolution(claim, reply.answers[index] as ClaimAnswer, state, token);
        if (resolution !== undefined) this.#answer(claim, resolution);
        return resolution === undefined;
      });
    } finally {
      epoch.endRead(token);
    }
  }

  #item(claim: PendingClaim, state: OfferState, now: UnixMs): ClaimItem {
    const { subscriberId, id: messageId, type, holding } = claim;
    claim.holding =
      holding === undefined
        ? this.local.staleHolding(claim.entry, claim, state, now)
        : stillStale(holding, claim, state, now);
    return { subscriberId, messageId, holding: claim.holding, reusable: reusable(state, type) };
  }

  /** The answer, or `undefined` for a claim that has to be made again over what the subscriber holds. */
  #resolution(claim: PendingClaim, answer: ClaimAnswer, state: OfferState, token: ReadToken): Resolution | undefined {
    const { at: now } = token;
    const held = answer.status === "holds" ? answer.holding : (claim.holding ?? null);
    const decision = decide(state, held, claim, now);
    if (answer.status === "claimed") {
      this.local.remember(claim.entry, token, answer.holding, claim.message, true);
      return codeAnswer(state, newestCode(answer.holding), decision.reason as NewCodeReason, claim.id, now);
    }
    if (answer.status === "holds" && answer.holding !== null) {
      const own = decision.action === "keep" && decision.held.messageId === claim.id;
      this.local.remember(claim.entry, token, answer.holding, claim.message, own);
    }
    if (decision.action === "keep") {
      this.local.rememberShown(claim.entry, claim, claim.message, decision.held, now);
      for (const { message } of claim.waiters ?? [])
        this.local.rememberShown(claim.entry, claim, message, decision.held, now);
      return codeAnswer(state, decision.held, decision.reason, claim.id, now);
    }
    if (decision.action === "claim" && answer.status === "holds") {
      claim.holding = answer.holding;
      return undefined;
    }
    const reason = decision.action === "unavailable" ? decision.reason : "pool-empty";
    return unavailableAnswer(this.offerId, state, reason);
  }

  /** Answers the claim, and those after it in the subscriber's line that what is known now suffices for. */
  #answer(answered: PendingClaim, resolution: Resolution): void {
    this.#deliver(answered, resolution, false);
    let next = this.#lines.leave(answered);
    while (next !== null) {
      const known = this.local.answer(next.entry, next, next.message, this.now());
      if (known === undefined) {
        this.#add(next);
        return;
      }
      this.#deliver(next, known, true);
      next = this.#lines.leave(next);
    }
  }

  #deliver(claim: PendingClaim, resolution: Resolution, fromCache: boolean): void {
    this.events?.answered(resolution, claim, fromCache);
    claim.resolve(resolution, claim.index);
    for (const { resolve, index } of claim.waiters ?? []) resolve(resolution, index);
  }

  #fail(claim: PendingClaim, error: unknown): void {
    if (error instanceof StoreUnavailableError) this.events?.storeUnavailable(error);
    try {
      const { offers } = this.local;
      const unavailable = storeUnavailableAnswer(this.offerId, offers.get(this.offerId)?.state, error);
      const held = this.local.answerWhileUnavailable(claim.entry, claim, claim.message, this.now());
      this.#deliver(claim, held ?? unavailable, held !== undefined);
    } catch (thrown) {
      claim.reject(thrown);
      for (const { reject } of claim.waiters ?? []) reject(thrown);
    }
    const next = this.#lines.leave(claim);
    if (next !== null) this.#add(next);
  }
}

/** The expected holding, unless the rule keeps it by now: the offer may have changed since that was decided. */
function stillStale(holding: Holding | null, ref: MessageRef, state: OfferState, now: UnixMs): Holding | null {
  return holding !== null && decide(state, holding, ref, now).action === "claim" ? holding : null;
}
