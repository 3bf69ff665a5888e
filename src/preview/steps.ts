import { unavailableText } from "../domain/errors.js";
import { firstCode, newestCode } from "../domain/holding.js";
import { followsSignUpOffer, type Message } from "../domain/message.js";
import type { Reason } from "../domain/resolution.js";
import type { UnixMs } from "../domain/units.js";
import { expiryOf, isNewEachMessage } from "../domain/window.js";
import { drawnFrom } from "../resolver/peek.js";
import { daysText } from "../store/checks.js";
import type { PreviewAnswer } from "./answers.js";
import type { Step } from "./api.js";
import { dayText, windowText } from "./wording.js";

type Fact = (situation: NonNullable<PreviewAnswer["situation"]>, now: UnixMs) => string;
/** A question of the rule. `reasons`: those of a decision that ends at this question. */
type Question = {
  question: string;
  reasons: readonly Reason[];
  yes: string;
  no: string;
  fact: Fact;
  /** Tells which way it went, where it can settle the decision both ways or be passed with "yes". */
  affirmed?: (reached: Reason, held: boolean) => boolean;
};

/**
 * How the decision came about, question by question. The rule itself is not repeated here: `decide` goes through the questions in this
 * order and stops at the first that settles it, so its reason says how far it came, and every question before was passed.
 */
export function stepsOf(answer: PreviewAnswer, message: Message, now: UnixMs): Step[] {
  const { resolution, situation, decision } = answer;
  if (situation === undefined || decision === undefined) return [unreachable(resolution.reason, message)];
  const reached: Reason = decision.action === "unavailable" ? decision.wanted : decision.reason;
  const questions = followsSignUpOffer(message.type) ? SIGN_UP_QUESTIONS : WINDOW_QUESTIONS;
  const held = situation.holding !== null;
  const settled = questions.findIndex(({ reasons }) => reasons.includes(reached));
  const asked = questions
    .slice(0, settled + 1)
    .filter((each) => each !== NEW_EACH_MESSAGE || isNewEachMessage(situation.facts.state))
    .filter((each) => each !== REVOKED || reached === "revoked");
  const steps = asked.map((each, index): Step => {
    const decides = index === asked.length - 1;
    const affirmed = each.affirmed?.(reached, held) ?? decides;
    return {
      question: each.question,
      answer: affirmed ? each.yes : each.no,
      fact: held ? each.fact(situation, now) : "",
      decides,
    };
  });
  const start = typeStep(message, resolution.offerId);
  return decision.action === "keep" ? [start, ...steps] : [start, ...steps, ...supplySteps(answer, now)];
}

const HOLDS: Question = {
  question: "Holds a code of this offer?",
  reasons: ["first-code"],
  yes: "Yes",
  no: "No: gets the first one",
  affirmed: (_, held) => held,
  fact: ({ facts, holding }) => {
    if (holding === null) return "";
    const { code, issuedAt } = newestCode(holding);
    return `${code}, received ${dayText(issuedAt, facts.state.offer.timeZone)}`;
  },
};

const NEW_EACH_MESSAGE: Question = {
  question: "A new code for each message?",
  reasons: ["new-each-message"],
  yes: "Yes: gets a new one",
  no: "No",
  fact: () => "The time to live is 0",
};

const INSIDE_WINDOW: Question = {
  question: "Still inside the distribution window?",
  reasons: ["still-valid", "expired"],
  yes: "Yes: keeps it",
  no: "No: gets a new one",
  affirmed: (reached) => reached === "still-valid",
  fact: ({ facts: { state }, holding }) => {
    const ends = holding === null ? Number.POSITIVE_INFINITY : expiryOf(state, newestCode(holding));
    const until = Number.isFinite(ends) ? `, this code until ${dayText(ends - 1, state.offer.timeZone)}` : "";
    return `${windowText(state.offer)}${until}`;
  },
};

const REVOKED: Question = {
  question: "Revoked?",
  reasons: ["revoked"],
  yes: "Yes: gets a new one",
  no: "No",
  fact: () => "",
};

/** In the order of `decide`. */
const WINDOW_QUESTIONS: readonly Question[] = [
  HOLDS,
  {
    question: "Claimed by this very message?",
    reasons: ["same-message"],
    yes: "Yes: keeps it",
    no: "No",
    fact: () => "",
  },
  REVOKED,
  {
    question: "Redeemed?",
    reasons: ["redeemed"],
    yes: "Yes: gets a new one",
    no: "No",
    fact: ({ facts, holding }) => {
      const redeemedAt = holding === null ? null : newestCode(holding).redeemedAt;
      return redeemedAt === null ? "" : `on ${dayText(redeemedAt, facts.state.offer.timeZone)}`;
    },
  },
  NEW_EACH_MESSAGE,
  INSIDE_WINDOW,
];

const SIGN_UP_QUESTIONS: readonly Question[] = [
  {
    question: "Has the sign-up offer ever given a code?",
    reasons: ["sign-up-offer"],
    yes: "Yes: shows the first one, redeemed or expired or not",
    no: "No: gets the first one",
    affirmed: (_, held) => held,
    fact: ({ facts, holding }) => {
      if (holding === null) return "";
      const { code, issuedAt } = firstCode(holding) ?? newestCode(holding);
      return `${code}, received ${dayText(issuedAt, facts.state.offer.timeZone)}`;
    },
  },
];

function typeStep(message: Message, offerId: string): Step {
  const question = "Which offer does this message mean?";
  return followsSignUpOffer(message.type)
    ? { question, answer: `The sign-up offer, ${offerId}`, fact: `As every ${message.type} message`, decides: false }
    : { question, answer: offerId, fact: `A ${message.type} follows the distribution window`, decides: false };
}

function supplySteps({ resolution, situation, decision, offer }: PreviewAnswer, now: UnixMs): Step[] {
  if (situation === undefined || decision === undefined || decision.action === "keep") return [];
  const question = "Is there a code to give?";
  const { state, counts } = situation.facts;
  const number = decision.action === "claim" ? drawnFrom(counts, decision.from) : undefined;
  if (number !== undefined) {
    const batch = state.batches[number];
    const isDated = batch?.startsOn !== undefined || batch?.endsOn !== undefined;
    const days = isDated ? `, ${daysText(batch)}` : "";
    const left = counts[number]?.inPool ?? 0;
    return [{ question, answer: "Yes", fact: `batch ${batch?.id}${days}: ${left} left`, decides: true }];
  }
  const on = dayText(now, state.offer.timeZone);
  const none: Step = { question, answer: "No", fact: `${unavailableText(resolution.reason)} (${on})`, decides: true };
  return [none, policyStep(offer)];
}

function policyStep(offer: PreviewAnswer["offer"]): Step {
  const policy = offer?.whenUnavailable ?? { action: "abort" as const };
  const answers = {
    abort: "The message is not sent",
    omit: "The message is sent without it",
    fallback: policy.action === "fallback" ? `Shows the fallback ${policy.code}` : "",
  };
  return {
    question: "What does the offer say for that case?",
    answer: answers[policy.action],
    fact: "",
    decides: true,
  };
}

function unreachable(reason: Reason, message: Message): Step {
  const fact = followsSignUpOffer(message.type) ? `${message.type} messages always mean the sign-up offer` : "";
  return {
    question: "Which offer, and can it be asked?",
    answer: `No: ${unavailableText(reason)}`,
    fact,
    decides: true,
  };
}
