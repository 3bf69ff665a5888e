import fc from "fast-check";
import type { Holding, MessageType, OfferState } from "offer-code";
import { describe, expect, test } from "vitest";
import { decide, parseOffer } from "../../src/internal.js";
import { stepsOf } from "../../src/preview/steps.js";
import { timelineOf } from "../../src/preview/timeline.js";
import { peekAnswer } from "../../src/resolver/peek.js";

const NOW = Date.parse("2026-11-23T14:00:00Z");
const DAY = 86_400_000;

const windows = fc.constantFrom(
  { type: "never-expires" as const },
  { type: "time-to-live" as const, amount: 30, unit: "day" as const },
  { type: "time-to-live" as const, amount: 0, unit: "day" as const },
  { type: "custom-period" as const },
);
const heldCode = fc.record({
  code: fc.constantFrom("A1", "B2", "C3"),
  batch: fc.constantFrom(0, 1),
  issuedAt: fc.integer({ min: NOW - 90 * DAY, max: NOW }),
  messageId: fc.constantFrom("this", "another"),
  redeemedAt: fc.option(fc.integer({ min: NOW - 60 * DAY, max: NOW })),
  shared: fc.constant(true),
});
const situations = fc.record({
  window: windows,
  holding: fc.option(fc.tuple(heldCode).map((held): Holding => held)),
  type: fc.constantFrom<MessageType>("campaign", "journey", "auto-response", "already-subscribed"),
  inPool: fc.tuple(fc.constantFrom(0, 3), fc.constantFrom(0, 3)),
});

function given({ window, holding, type, inPool }: typeof situations extends fc.Arbitrary<infer Value> ? Value : never) {
  const batches = [
    { id: "one", endsOn: "2026-11-10" },
    { id: "two", startsOn: "2026-11-11", endsOn: "2026-11-30" },
  ];
  const state: OfferState = { offer: parseOffer({ id: "welcome", window }), batches, revision: 1 };
  const counts = batches.map((batch, place) => ({
    batch,
    inPool: inPool[place] ?? 0,
    givenOut: 0,
    redeemed: 0,
    redeemedInPool: 0,
  }));
  const facts = { state, counts, sample: "SAMPLE" };
  const message = { id: "this", type, subscriberId: "ann", offerId: "welcome" };
  const decision = decide(state, holding, message, NOW);
  const resolution = peekAnswer(facts, holding, message, NOW);
  const answer = { resolution, offer: state.offer, situation: { facts, holding }, decision };
  return { state, facts, holding, message, decision, resolution, steps: stepsOf(answer, message, NOW) };
}

describe("the steps of a decision", () => {
  test("say of every situation what is so, and end where the rule ends", () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { holding, decision, resolution, steps, message } = given(situation);
        const answers = new Map(steps.map((step) => [step.question, step.answer]));
        const held = holding?.[0];
        const said = (question: string) => answers.get(question)?.replace(/:.*/, "");
        const yesOrNo = (is: boolean) => (is ? "Yes" : "No");
        expect(steps.filter(({ decides }) => decides).length).toBeGreaterThan(0);
        const isWindow = message.type === "campaign" || message.type === "journey";
        expect(said("Holds a code of this offer?")).toBe(isWindow ? yesOrNo(held !== undefined) : undefined);
        if (answers.has("Claimed by this very message?"))
          expect(said("Claimed by this very message?")).toBe(yesOrNo(held?.messageId === "this"));
        if (answers.has("Redeemed?")) expect(said("Redeemed?")).toBe(yesOrNo(held?.redeemedAt != null));
        if (answers.has("Still inside the distribution window?"))
          expect(said("Still inside the distribution window?")).toBe(yesOrNo(decision.action === "keep"));
        expect(answers.has("A new code for each message?")).toBe(
          isWindow &&
            held !== undefined &&
            held.messageId !== "this" &&
            held.redeemedAt === null &&
            isEachMessage(situation.window),
        );
        if (decision.action === "keep") expect(answers.has("Is there a code to give?")).toBe(false);
        else expect(said("Is there a code to give?")).toBe(yesOrNo(resolution.code !== null));
      }),
    );
  });

  test("ask nothing after what settled it", () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { steps, decision } = given(situation);
        const rule = steps.filter(
          ({ question }) => question !== "Is there a code to give?" && !question.startsWith("What does"),
        );
        expect(rule.slice(0, -1).some(({ decides }) => decides)).toBe(false);
        expect(rule.at(-1)?.decides).toBe(true);
        expect(rule.at(-1)?.answer).toMatch(decision.action === "keep" ? /keeps|shows/ : /new one|first one/);
      }),
    );
  });
});

describe("the timeline", () => {
  test("shows at every instant what the rule says then", () => {
    fc.assert(
      fc.property(situations, fc.double({ min: 0, max: 1, noNaN: true }), (situation, share) => {
        const { facts, holding, message } = given(situation);
        const timeline = timelineOf({ facts, holding }, message, NOW, NOW);
        const at = timeline.from + Math.floor(share * (timeline.to - timeline.from - 1));
        const bar = timeline.bars.find((each) => each.from <= at && at < each.to);
        const known = (holding ?? [])
          .filter((held) => held.issuedAt <= at)
          .map((held) => ({
            ...held,
            redeemedAt: held.redeemedAt !== null && held.redeemedAt > at ? null : held.redeemedAt,
          }));
        const answer = peekAnswer(facts, known.length === 0 ? null : (known as unknown as Holding), message, at);
        expect(bar?.code).toBe(answer.isSample ? null : answer.code);
      }),
    );
  });

  test("has no gaps, and marks what happened", () => {
    const holding: Holding = [
      { code: "A1", batch: 0, issuedAt: NOW - 20 * DAY, messageId: "m", redeemedAt: NOW + 3 * DAY, shared: true },
    ];
    const { facts, message } = given({
      window: { type: "time-to-live", amount: 30, unit: "day" },
      holding,
      type: "campaign",
      inPool: [3, 3],
    });
    const { bars, marks, from, to } = timelineOf({ facts, holding }, message, NOW, NOW);
    expect(bars.map((bar) => bar.from)).toEqual([from, ...bars.slice(0, -1).map((bar) => bar.to)]);
    expect(bars.at(-1)?.to).toBe(to);
    expect(bars.map(({ code, label }) => [code, label])).toEqual([
      [null, "first code"],
      ["A1", "still valid"],
      [null, "old one redeemed"],
    ]);
    expect(marks.map(({ kind }) => kind)).toEqual(["received", "redeemed", "ends"]);
  });
});

function isEachMessage(window: { type: string; amount?: number }): boolean {
  return window.type === "time-to-live" && window.amount === 0;
}
