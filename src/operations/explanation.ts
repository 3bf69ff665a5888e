import { z } from "zod";
import { unavailableAnswer } from "../domain/answer.js";
import { checked } from "../domain/errors.js";
import { explain } from "../domain/explain.js";
import { firstCode, type HeldCode } from "../domain/holding.js";
import { idSchema } from "../domain/identifier.js";
import { followsSignUpOffer, messageTypeSchema } from "../domain/message.js";
import type { Offer, OfferState } from "../domain/offer.js";
import type { Resolution, UnavailableReason } from "../domain/resolution.js";
import type { UnixMs } from "../domain/units.js";
import { expiryOf } from "../domain/window.js";
import { instantSchema } from "../intake/instant-schema.js";
import { peekAnswer, readFacts } from "../resolver/peek.js";
import type { OfferStore } from "../store/store.js";
import { whatWouldChange } from "./what-would-change.js";

const questionSchema = z.strictObject(
  {
    subscriberId: idSchema,
    offerId: idSchema.optional(),
    type: messageTypeSchema.default("campaign"),
    at: instantSchema.optional(),
  },
  { error: "a question" },
);

/**
 * The message to explain: of this `type` (default `campaign`), to this subscriber, sent `at` an instant, a `Date` or Unix milliseconds (default: now). Messages
 * that follow the sign-up offer need no `offerId`.
 */
export type ExplainQuestion = z.input<typeof questionSchema>;

/** A code that the subscriber was given. `expiresAt` is `null` for never. `isNewest`: the last one given; `isFirst`: the first ever that is not revoked. */
export type HeldCodeFacts = {
  code: string;
  batch: string | null;
  issuedAt: Date;
  messageId: string;
  redeemedAt: Date | null;
  expiresAt: Date | null;
  isNewest: boolean;
  isFirst: boolean;
  isRevoked: boolean;
};

/** The answer, the sentence that says it, and what led to it. `signUpOfferId`: the recorded one. `wouldChange`: what would make it another. */
export type Explanation = {
  resolution: Resolution;
  sentence: string;
  offer: Offer | null;
  signUpOfferId: string | null;
  held: HeldCodeFacts[];
  wouldChange: string[];
};

/** A message that is never sent, so that no code counts as claimed by it. */
const NO_MESSAGE = "";

/**
 * Why a subscriber gets the code that the next message would show, at any instant. Takes no code.
 *
 * @example
 * const { sentence } = await explainSubscriber(store, { subscriberId: "sub_1", offerId: "welcome10" });
 */
export async function explainSubscriber(store: OfferStore, question: ExplainQuestion): Promise<Explanation> {
  const { subscriberId, offerId: named, type, at = Date.now() } = checked(questionSchema, "question", question);
  const signUpOfferId = (await store.signUpOffers([subscriberId]))[0] ?? null;
  const offerId = followsSignUpOffer(type) ? signUpOfferId : (named ?? null);
  if (offerId === null) {
    return withoutOffer(named ?? "", followsSignUpOffer(type) ? "no-sign-up-offer" : "unknown-offer", signUpOfferId);
  }
  const [facts, holdings] = await Promise.all([readFacts(store, offerId), store.holdings(offerId, [subscriberId])]);
  if (facts === null) return withoutOffer(offerId, "unknown-offer", signUpOfferId);
  const { state } = facts;
  const holding = holdings[0] ?? null;
  const first = holding === null ? undefined : firstCode(holding);
  const resolution = peekAnswer(facts, holding, { id: NO_MESSAGE, type }, at);
  return {
    ...explained(resolution, state.offer.timeZone),
    offer: state.offer,
    signUpOfferId,
    held: (holding ?? []).map((held, index) => heldFacts(state, held, index, first)),
    wouldChange: whatWouldChange(state, resolution, at),
  };
}

function withoutOffer(offerId: string, reason: UnavailableReason, signUpOfferId: string | null): Explanation {
  const resolution = unavailableAnswer(offerId, undefined, reason);
  return {
    ...explained(resolution),
    offer: null,
    signUpOfferId,
    held: [],
    wouldChange: whatWouldChange(null, resolution),
  };
}

function explained(resolution: Resolution, timeZone = "UTC"): { resolution: Resolution; sentence: string } {
  return { resolution, sentence: explain(resolution, { timeZone }) };
}

function heldFacts(state: OfferState, held: HeldCode, index: number, first: HeldCode | undefined): HeldCodeFacts {
  const expiry: UnixMs = expiryOf(state, held);
  return {
    code: held.code,
    batch: state.batches[held.batch]?.id ?? null,
    issuedAt: new Date(held.issuedAt),
    messageId: held.messageId,
    redeemedAt: held.redeemedAt === null ? null : new Date(held.redeemedAt),
    expiresAt: Number.isFinite(expiry) ? new Date(expiry) : null,
    isNewest: index === 0,
    isFirst: held === first,
    isRevoked: held.revoked === true,
  };
}
