import { memoryStore, type OfferInput } from "offer-code";
import { type ExplainQuestion, explainSubscriber } from "offer-code/operations";
import { describe, expect, test } from "vitest";
import { DAY, NOON, stock } from "../fixtures.js";
import { claim, claimAll, codesIn, newcomer } from "../store/contract/tools.js";

async function asked(offer: Partial<OfferInput> = {}, codes = ["A1", "B2", "C3"]) {
  const store = memoryStore();
  await stock(store, offer, [{ id: "b1", codes }]);
  const ask = (question: Partial<ExplainQuestion> = {}) =>
    explainSubscriber(store, { subscriberId: "ann", offerId: "welcome", at: NOON, ...question });
  return { store, ask };
}

const month: Partial<OfferInput> = {
  window: { type: "time-to-live", amount: 30, unit: "day" },
  timeZone: "Asia/Tokyo",
};

describe("an explanation", () => {
  test("tells the code that is kept, what led to it, and when that ends", async () => {
    const { store, ask } = await asked(month);
    await claim(store, "ann", "m0", { now: NOON - 40 * DAY });
    await claim(store, "ann", "m1", { now: NOON - DAY });
    await store.redeem("A1", NOON - 2 * DAY);
    const told = await ask();
    expect(told).toMatchObject({
      resolution: { code: "B2", reason: "still-valid" },
      sentence: "Keeps B2: received 2 November 2026, not redeemed, valid until 2 December 2026.",
      held: [
        { code: "B2", messageId: "m1", batch: "b1", isNewest: true, isFirst: false, redeemedAt: null },
        { code: "A1", messageId: "m0", isNewest: false, isFirst: true, redeemedAt: new Date(NOON - 2 * DAY) },
      ],
      wouldChange: [
        "B2 is sent until 2 December 2026, 21:00 (Asia/Tokyo); from then on the next message gets a new code.",
        "Once B2 is redeemed, the next message gets a new code.",
      ],
    });
    expect(told.held[0]?.expiresAt).toEqual(new Date(NOON + 29 * DAY));
  });

  test("tells at any instant what would be then", async () => {
    const { store, ask } = await asked(month);
    await claim(store, "ann", "m1");
    expect((await ask({ at: NOON + 30 * DAY - 1 })).resolution.reason).toBe("still-valid");
    expect((await ask({ at: NOON + 30 * DAY })).resolution).toMatchObject({ reason: "expired", isSample: true });
  });

  test("takes no code and shows none of the pool", async () => {
    const { store, ask } = await asked();
    const { resolution, held } = await ask();
    expect(resolution).toMatchObject({ reason: "first-code", isSample: true });
    expect(["A1", "B2", "C3"]).not.toContain(resolution.code);
    expect(held).toEqual([]);
    expect(
      codesIn(
        await claimAll(
          store,
          ["a", "b", "c"].map((id) => newcomer(id)),
        ),
      ),
    ).toEqual(["A1", "B2", "C3"]);
  });

  test.each<[string, Partial<OfferInput>, string[], Partial<ExplainQuestion>, string, string]>([
    [
      "an empty pool",
      {},
      [],
      {},
      "pool-empty",
      "Codes in the pool: an import, or a release of codes whose messages never left.",
    ],
    ["an unknown offer", {}, [], { offerId: "nowhere" }, "unknown-offer", 'An offer with the id "nowhere".'],
    [
      "no sign-up",
      {},
      [],
      { type: "auto-response" },
      "no-sign-up-offer",
      "A recorded sign-up offer: recordSignUp(subscriberId, offerId).",
    ],
  ])("tells why there is none, and what would help: %s", async (_, offer, codes, question, reason, help) => {
    const { ask } = await asked(offer, codes);
    expect(await ask(question)).toMatchObject({ resolution: { code: null, reason }, wouldChange: [help] });
  });

  test("tells when the next batch opens", async () => {
    const store = memoryStore();
    await stock(store, { window: { type: "custom-period" }, timeZone: "Europe/Berlin" }, [
      { id: "later", codes: ["A1"], startsOn: "2026-12-01" },
      { id: "over", codes: ["B2"], endsOn: "2026-11-01" },
    ]);
    const ask = (at: number) => explainSubscriber(store, { subscriberId: "ann", offerId: "welcome", at });
    expect(await ask(NOON)).toMatchObject({
      resolution: { reason: "no-open-batch" },
      wouldChange: ["The next batch opens on 1 December 2026, 00:00 (Europe/Berlin)."],
    });
  });

  test("follows the sign-up offer where the message does", async () => {
    const { store, ask } = await asked();
    await store.recordSignUp("ann", "welcome");
    await claim(store, "ann", "m1");
    await store.redeem("A1", NOON);
    expect(await ask({ offerId: undefined, type: "already-subscribed" })).toMatchObject({
      resolution: { code: "A1", reason: "sign-up-offer", redeemed: true },
      signUpOfferId: "welcome",
      wouldChange: [expect.stringMatching(/^Nothing: messages of this type show the first code/)],
    });
  });

  test("knows that every message gets a new code", async () => {
    const { store, ask } = await asked({ window: { type: "time-to-live", amount: 0, unit: "hour" } });
    await claim(store, "ann", "m1");
    expect((await ask()).wouldChange).toEqual(["Every message gets a new code, whatever becomes of this one."]);
  });

  test("refuses a question that is none", async () => {
    const { ask } = await asked();
    await expect(ask({ subscriberId: "a{b" })).rejects.toThrow("question.subscriberId: expected 1 to 255 bytes");
    await expect(ask({ at: 0.5 })).rejects.toThrow(
      "question.at: expected an instant: a Date or whole Unix milliseconds, but got: 0.5",
    );
  });
});
