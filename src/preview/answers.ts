import { unavailableAnswer } from "../domain/answer.js";
import { type Decision, decide } from "../domain/decide.js";
import { InvalidInputError } from "../domain/errors.js";
import { followsSignUpOffer, type Message } from "../domain/message.js";
import type { Offer } from "../domain/offer.js";
import type { Resolution } from "../domain/resolution.js";
import type { UnixMs } from "../domain/units.js";
import { peekAnswer } from "../resolver/peek.js";
import type { Supposition } from "./api.js";
import type { OfferBook } from "./offer-book.js";
import { holdingAt, type Situation, supposed } from "./suppose.js";

/** The moment that a preview shows, and what is supposed for it. */
export type Moment = { now: UnixMs; suppositions: ReadonlySet<Supposition> };

/** An answer and what it follows from. `situation`, `later` and `decision` are absent where the offer could not be looked at. */
export type PreviewAnswer = {
  resolution: Resolution;
  offer: Offer | undefined;
  situation?: Situation;
  /** The same with what comes after this moment, such as a later redemption. */
  later?: Situation;
  decision?: Decision;
};

/** What `resolve` would return at this moment, from the book: takes no code and does not read the store again. */
export async function previewAnswer(
  book: OfferBook,
  message: Message,
  named: string | undefined,
  moment: Moment,
): Promise<PreviewAnswer> {
  const asked = named ?? message.offerId;
  const wanted = followsSignUpOffer(message.type) ? await signUpOffer(book, message, moment) : asked;
  if (wanted === "unavailable") {
    return { resolution: unavailableAnswer(asked ?? "", undefined, "store-unavailable"), offer: undefined };
  }
  if (wanted === null)
    return { resolution: unavailableAnswer(asked ?? "", undefined, "no-sign-up-offer"), offer: undefined };
  if (wanted === undefined) {
    throw new InvalidInputError("this template shows offer.code, but preview.json gives it no offer");
  }
  return offerAnswer(book, message, wanted, moment);
}

async function offerAnswer(book: OfferBook, message: Message, offerId: string, moment: Moment): Promise<PreviewAnswer> {
  const entry = await book.read(offerId);
  const isUnavailable = entry.status === "unavailable" || moment.suppositions.has("redis-down");
  if (isUnavailable) return unknownWhileUnavailable(book, offerId);
  if (entry.status === "unknown") {
    return { resolution: unavailableAnswer(offerId, undefined, "unknown-offer"), offer: undefined };
  }
  const { facts } = entry;
  const holding = entry.holdings.get(message.subscriberId) ?? null;
  const situation = supposed({ facts, holding: holdingAt(holding, moment.now) }, moment.suppositions, moment.now);
  return {
    situation,
    later: moment.suppositions.size === 0 ? { facts, holding } : situation,
    offer: situation.facts.state.offer,
    resolution: peekAnswer(situation.facts, situation.holding, message, moment.now),
    decision: decide(situation.facts.state, situation.holding, message, moment.now),
  };
}

async function signUpOffer(book: OfferBook, message: Message, moment: Moment): Promise<string | null | "unavailable"> {
  if (moment.suppositions.has("no-sign-up-offer")) return null;
  if (moment.suppositions.has("redis-down")) return "unavailable";
  const signUps = await book.signUps();
  return signUps.status === "unavailable" ? "unavailable" : (signUps.offerIds.get(message.subscriberId) ?? null);
}

/** While the store is unavailable, a process that has loaded the offer still applies the offer's policy. */
async function unknownWhileUnavailable(book: OfferBook, offerId: string | undefined): Promise<PreviewAnswer> {
  const entry = offerId === undefined ? undefined : await book.read(offerId);
  const state = entry?.status === "known" ? entry.facts.state : undefined;
  return { resolution: unavailableAnswer(offerId ?? "", state, "store-unavailable"), offer: state?.offer };
}
