import { awayAnswer, codeAnswer, unavailableAnswer } from "./answer.js";
import { decide, mayKeep } from "./decide.js";
import { StoreUnavailableError } from "./errors.js";
import { type Holding, newestCode } from "./holding.js";
import type { Knowledge } from "./knowledge.js";
import type { Message } from "./message.js";
import type { OfferState } from "./offer.js";
import type { NewCodeReason, Resolution } from "./resolution.js";
import type { ClaimAnswer, OfferStore } from "./store/store.js";
import { perTick } from "./tick.js";
import type { UnixMs } from "./units.js";
import { drawOrder } from "./window.js";

/** Subscribers in one call of the claim script. It holds Redis for less than a millisecond. */
const MOST_ITEMS = 250;
/** A subscriber whose held code changes under every try, or an offer that changes as often, is given up on. */
const MOST_ROUNDS = 20;

type Question = {
  message: Message;
  /** What the subscriber is thought to hold. */
  holding: Holding | null;
  resolve(resolution: Resolution): void;
  reject(error: unknown): void;
};

/**
 * The questions of one offer that only the store can answer, gathered tick by tick.
 *
 * A claim says what the caller thinks the subscriber holds. Whoever is right gets a new code in the same round trip; the others
 * get told what is held, decide again over that, and either keep it or ask once more. Nobody waits for a lock, and the loser of
 * a race ends up with the winner's code.
 */
export class ClaimQueue {
  readonly #add: (question: Question) => void;

  constructor(
    readonly offerId: string,
    readonly store: OfferStore,
    readonly knowledge: Knowledge,
    readonly now: () => UnixMs,
  ) {
    this.#add = perTick((questions) => {
      for (let start = 0; start < questions.length; start += MOST_ITEMS) {
        void this.#settle(questions.slice(start, start + MOST_ITEMS));
      }
    });
  }

  ask(message: Message, holding: Holding | null): Promise<Resolution> {
    return new Promise((resolve, reject) => this.#add({ message, holding, resolve, reject }));
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
      this.knowledge.offers.atHand(this.offerId) ?? (await this.knowledge.offers.load(this.offerId, this.now()));
    if (state === null) {
      for (const { resolve } of questions) resolve(unavailableAnswer(this.offerId, undefined, "unknown-offer"));
      return [];
    }
    const [first, later] = oncePerSubscriber(questions);
    return [...(await this.#claim(state, first)), ...later];
  }

  async #claim(state: OfferState, questions: Question[]): Promise<Question[]> {
    const now = this.now();
    const flight = this.knowledge.cache?.takeOff();
    const asked = this.knowledge.offers.changes;
    for (const question of questions) question.holding = stillOutdated(question, state, now);
    try {
      const items = questions.map(({ message, holding }) => ({
        subscriberId: message.subscriberId,
        messageId: message.id,
        holding,
        mayKeep: mayKeep(state, message.type),
      }));
      const from = drawOrder(state, now);
      const reply = await this.store.claim({ offerId: this.offerId, revision: state.revision, from, now, items });
      if (reply.status === "offer-changed") {
        this.knowledge.offers.distrust(this.offerId);
        await this.knowledge.offers.load(this.offerId, now);
        return questions;
      }
      this.knowledge.offers.confirm(state, now, asked);
      return questions.filter((question, place) => {
        const answer = reply.answers[place] as ClaimAnswer;
        if (flight !== undefined && answer.status !== "pool-empty" && answer.holding !== null) {
          this.knowledge.cache?.put(flight, this.offerId, question.message.subscriberId, answer.holding, now);
        }
        return !this.#answer(question, answer, state, now);
      });
    } finally {
      if (flight !== undefined) this.knowledge.cache?.land(flight);
    }
  }

  /** Whether the question is answered; if not, it now knows what the subscriber holds. */
  #answer(question: Question, answer: ClaimAnswer, state: OfferState, now: UnixMs): boolean {
    const { message } = question;
    const known = answer.status === "holds" ? answer.holding : question.holding;
    const decision = decide(state, known, message, now);
    if (answer.status === "claimed") {
      const held = newestCode(answer.holding);
      question.resolve(codeAnswer(state, held, decision.reason as NewCodeReason, message.id, now));
      return true;
    }
    if (decision.action === "keep") {
      question.resolve(codeAnswer(state, decision.held, decision.reason, message.id, now));
      return true;
    }
    if (decision.action === "claim" && answer.status === "holds") {
      question.holding = answer.holding;
      return false;
    }
    const reason = decision.action === "unavailable" ? decision.reason : "pool-empty";
    question.resolve(unavailableAnswer(this.offerId, state, reason));
    return true;
  }

  #fail(question: Question, error: unknown): void {
    try {
      question.resolve(awayAnswer(this.offerId, this.knowledge.offers.atHand(this.offerId), error));
    } catch (thrown) {
      question.reject(thrown);
    }
  }
}

/** What is thought to be held, unless the rule keeps it by now: the offer may have changed since that was decided. */
function stillOutdated({ holding, message }: Question, state: OfferState, now: UnixMs): Holding | null {
  return holding !== null && decide(state, holding, message, now).action === "claim" ? holding : null;
}

/** Two messages to one subscriber cannot go in one call: the second has to see what the first was given. */
function oncePerSubscriber(questions: Question[]): [Question[], Question[]] {
  const seen = new Set<string>();
  const first: Question[] = [];
  const later: Question[] = [];
  for (const question of questions) {
    const { subscriberId } = question.message;
    (seen.has(subscriberId) ? later : first).push(question);
    seen.add(subscriberId);
  }
  return [first, later];
}
