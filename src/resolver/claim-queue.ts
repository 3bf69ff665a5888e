import { codeAnswer, storeUnavailableAnswer, unavailableAnswer } from "../domain/answer.js";
import { decide, reusable } from "../domain/decide.js";
import { StoreUnavailableError } from "../domain/errors.js";
import { type HeldCode, type Holding, newestCode } from "../domain/holding.js";
import type { Message } from "../domain/message.js";
import type { OfferState } from "../domain/offer.js";
import type { NewCodeReason, Resolution } from "../domain/resolution.js";
import type { UnixMs } from "../domain/units.js";
import { drawOrder } from "../domain/window.js";
import type { ClaimAnswer, ClaimItem, OfferStore } from "../store/store.js";
import { createBatcher } from "./batcher.js";
import type { LocalState, MessageRef } from "./cache/local-state.js";
import { withShown } from "./cache/recent-display.js";
import type { EventReporter } from "./events.js";

/** Subscribers in one call of the claim script. It holds Redis for less than a millisecond. */
const MOST_ITEMS = 250;
/** A subscriber whose held code changes under every try, or an offer that changes as often, is given up on. */
const MOST_ROUNDS = 20;

/** `place`: the number that the caller gave the question. */
export type Answer = (resolution: Resolution, place: number) => void;
export type Refuse = (error: unknown) => void;

/** `id`, `type` and `subscriberId` are the message's as they were when it asked. */
type Question = MessageRef & {
  readonly message: Message;
  /** What the subscriber is thought to hold; `undefined` where something is known that is still to be judged. */
  holding: Holding | null | undefined;
  readonly place: number;
  readonly answer: Answer;
  readonly refuse: Refuse;
  /** Who asked the same while it was under way. */
  others: Pick<Question, "place" | "answer" | "refuse">[] | null;
  /** Another question about the same subscriber, asked before this one: this one waits, as it has to see what that one was given. */
  before: Question | null;
};

/**
 * The questions of one offer that only the store can answer, gathered tick by tick.
 *
 * A claim says what the caller thinks the subscriber holds. Whoever is right gets a new code in the same round trip; the others
 * get told what is held, decide again over that, and either keep it or ask once more. Nobody waits for a lock, and the loser of
 * a race ends up with the winner's code.
 */
export class ClaimQueue {
  /** The last question about each subscriber that is not answered yet. */
  readonly #underWay = new Map<string, Question>();
  readonly #add: (question: Question) => void;

  constructor(
    readonly offerId: string,
    readonly store: OfferStore,
    readonly knowledge: LocalState,
    readonly now: () => UnixMs,
    readonly events: EventReporter | null,
  ) {
    this.#add = createBatcher(MOST_ITEMS, (questions) => void this.#settle(questions));
  }

  /** Answers later. `isKnown`: something is known of what the subscriber holds. Parts of one message that ask at the same time share one question. */
  ask(message: Message, isKnown: boolean, place: number, answer: Answer, refuse: Refuse): void {
    const { id, type, subscriberId } = message;
    const before = this.#underWay.get(subscriberId) ?? null;
    for (let each = before; each !== null; each = each.before) {
      if (each.id === id && each.type === type) {
        each.others ??= [];
        each.others.push({ place, answer, refuse });
        return;
      }
    }
    const holding = isKnown ? undefined : null;
    const question = { id, type, subscriberId, message, holding, place, answer, refuse, others: null, before };
    this.#underWay.set(subscriberId, question);
    if (before === null) this.#add(question);
  }

  async #settle(questions: Question[]): Promise<void> {
    let open = questions;
    try {
      for (let round = 0; open.length > 0; round++) {
        if (round === MOST_ROUNDS)
          throw new StoreUnavailableError(`offer "${this.offerId}" kept changing: gave up after ${round} tries`);
        open = await this.#round(open);
      }
    } catch (error) {
      for (const question of open) this.#fail(question, error);
    }
  }

  /** One round trip. Returns the questions that have to be asked again. */
  async #round(questions: Question[]): Promise<Question[]> {
    const state =
      this.knowledge.offers.getAny(this.offerId) ?? (await this.knowledge.offers.load(this.offerId, this.now()));
    if (state === null) {
      for (const question of questions) {
        this.#answer(question, unavailableAnswer(this.offerId, undefined, "unknown-offer"));
      }
      return [];
    }
    return this.#claim(state, questions);
  }

  async #claim(state: OfferState, questions: Question[]): Promise<Question[]> {
    const now = this.now();
    const { cache, offers } = this.knowledge;
    const flight = cache.beginRead(now);
    const asked = offers.changes;
    try {
      const items = questions.map((question) => this.#item(question, state, now));
      const from = drawOrder(state, now);
      const { lowStock } = state.offer;
      const countLeft = this.events !== null && lowStock !== undefined;
      const { offerId } = this;
      const reply = await this.store.claim({ offerId, revision: state.revision, from, now, items, countLeft });
      this.events?.storeAvailable();
      if (reply.status === "offer-changed") {
        this.knowledge.offerChanged(this.offerId);
        await offers.load(this.offerId, now);
        return questions;
      }
      if (countLeft && reply.left !== undefined) this.events?.stock(offerId, reply.left, lowStock);
      offers.confirm(state, now, asked);
      return questions.filter((question, place) => {
        const told = reply.answers[place] as ClaimAnswer;
        if (told.status !== "pool-empty" && told.holding !== null) {
          cache.put(flight, this.offerId, question.subscriberId, told.holding);
        }
        const resolution = this.#resolution(question, told, state, now);
        if (resolution !== undefined) this.#answer(question, resolution);
        return resolution === undefined;
      });
    } finally {
      cache.endRead(flight);
    }
  }

  #item(question: Question, state: OfferState, now: UnixMs): ClaimItem {
    const { subscriberId, id: messageId, type, holding } = question;
    question.holding =
      holding === undefined
        ? this.knowledge.outdated(question, state, now)
        : stillOutdated(holding, question, state, now);
    return { subscriberId, messageId, holding: question.holding, reusable: reusable(state, type) };
  }

  /** The answer, or `undefined` for a question that now knows what the subscriber holds and asks again. */
  #resolution(question: Question, told: ClaimAnswer, state: OfferState, now: UnixMs): Resolution | undefined {
    const known = told.status === "holds" ? told.holding : (question.holding ?? null);
    const decision = decide(state, known, question, now);
    if (told.status === "claimed") {
      return codeAnswer(state, newestCode(told.holding), decision.reason as NewCodeReason, question.id, now);
    }
    if (decision.action === "keep") {
      this.#remember(question, decision.held, now);
      return codeAnswer(state, decision.held, decision.reason, question.id, now);
    }
    if (decision.action === "claim" && told.status === "holds") {
      question.holding = told.holding;
      return undefined;
    }
    const reason = decision.action === "unavailable" ? decision.reason : "pool-empty";
    return unavailableAnswer(this.offerId, state, reason);
  }

  /** What other messages claimed is remembered for the next part of this one, unless the caller uses the object for another by now. */
  #remember({ message, id, subscriberId }: Question, held: HeldCode, now: UnixMs): void {
    if (held.messageId === id || message.id !== id || message.subscriberId !== subscriberId) return;
    const entry = this.knowledge.cache.entry(this.offerId, subscriberId);
    entry.shown = withShown(entry.shown, message, held, now);
  }

  #answer(question: Question, resolution: Resolution, fromCache = false): void {
    this.#leave(question);
    this.events?.answered(resolution, question, fromCache);
    question.answer(resolution, question.place);
    if (question.others !== null) for (const { place, answer } of question.others) answer(resolution, place);
  }

  #fail(question: Question, error: unknown): void {
    if (error instanceof StoreUnavailableError) this.events?.storeUnavailable(error);
    try {
      const away = storeUnavailableAnswer(this.offerId, this.knowledge.offers.getAny(this.offerId), error);
      const held = this.knowledge.answerWhileUnavailable(question, this.offerId, this.now());
      this.#answer(question, held ?? away, held !== undefined);
    } catch (thrown) {
      this.#leave(question);
      question.refuse(thrown);
      if (question.others !== null) for (const { refuse } of question.others) refuse(thrown);
    }
  }

  /** The question is not under way any more: the next one about its subscriber has its turn. */
  #leave(question: Question): void {
    const { subscriberId } = question;
    let next = this.#underWay.get(subscriberId) ?? null;
    if (next === question) {
      this.#underWay.delete(subscriberId);
      return;
    }
    while (next !== null && next.before !== question) next = next.before;
    if (next === null) return;
    next.before = null;
    next.holding = undefined;
    this.#add(next);
  }
}

/** What is thought to be held, unless the rule keeps it by now: the offer may have changed since that was decided. */
function stillOutdated(holding: Holding | null, asker: MessageRef, state: OfferState, now: UnixMs): Holding | null {
  return holding !== null && decide(state, holding, asker, now).action === "claim" ? holding : null;
}
