import type { ClaimItem, HeldCode, Holding } from "offer-code";
import { expect, test } from "vitest";
import { codeList, held, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, claimAll, codeOf, codesIn, codesOf, holdingOf, newcomer, totals } from "./tools.js";

export function claimContract(store: CurrentStore): void {
  test("who holds nothing is given the first code of the pool", async () => {
    await stock(store());
    const holding = [{ code: "A1", batch: 0, issuedAt: NOON, messageId: "m1", redeemedAt: null, shared: false }];
    expect(await claim(store(), "ann", "m1", { holding: null })).toEqual({ status: "claimed", holding });
    expect(await holdingOf(store(), "ann")).toEqual(holding);
    expect(await totals(store())).toEqual({ inPool: 2, givenOut: 1, redeemed: 0, redeemedInPool: 0 });
  });

  test("many are answered in one call, in their order, until the pool is empty", async () => {
    await stock(store());
    const reply = await claimAll(
      store(),
      ["ann", "ben", "cat", "dan", "eve"].map((id) => newcomer(id)),
    );
    expect(codesIn(reply)).toEqual(["A1", "B2", "C3", "pool-empty", "pool-empty"]);
    expect(await store().holdings("welcome", ["dan", "cat"])).toEqual([
      null,
      [expect.objectContaining({ code: "C3" })],
    ]);
  });

  test("who is right about the held code is given another, and keeps the older one behind it", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    const answer = await claim(store(), "ann", "m2", { now: NOON + 1 });
    expect(answer).toMatchObject({ status: "claimed", holding: [{ code: "B2", issuedAt: NOON + 1 }, { code: "A1" }] });
    expect(await holdingOf(store(), "ann")).toEqual(answer.status === "claimed" && answer.holding);
  });

  test.each([
    ["thinks that nothing is held", null],
    ["thinks of another code", [held({ code: "C3" })] as Holding],
    ["thinks of an older code", [held({ code: "A1" })] as Holding],
  ])("who %s is told what is held, and nothing is drawn", async (_, holding) => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await claim(store(), "ann", "m2");
    const answer = await claim(store(), "ann", "m3", { holding });
    expect(answer).toMatchObject({ status: "holds", holding: [{ code: "B2" }, { code: "A1" }] });
    expect(await totals(store())).toMatchObject({ inPool: 1, givenOut: 2 });
  });

  test("who thinks of a code where nothing is held is told so", async () => {
    await stock(store());
    const answer = await claim(store(), "ann", "m1", { holding: [held()] });
    expect(answer).toEqual({ status: "holds", holding: null });
    expect(await totals(store())).toMatchObject({ givenOut: 0 });
  });

  test("a message that asks again is told what it claimed, whatever it thinks is held", async () => {
    await stock(store());
    await claim(store(), "ann", "m1", { holding: null });
    for (const reusable of ["latest", "first", null] as const) {
      for (const holding of [null, [held()] as Holding]) {
        const again = await claim(store(), "ann", "m1", { holding, reusable });
        expect(again).toMatchObject({ status: "holds", holding: [{ code: "A1", messageId: "m1", shared: false }] });
      }
    }
    await claim(store(), "ann", "m2");
    expect(await claim(store(), "ann", "m1")).toMatchObject({ status: "holds", holding: [{ code: "B2" }, {}] });
    expect(await totals(store())).toMatchObject({ inPool: 1, givenOut: 2 });
  });

  test("one message id may be used for many subscribers", async () => {
    await stock(store());
    const items = ["ann", "ben"].map((id) => newcomer(id, "newsletter"));
    expect(codesIn(await claimAll(store(), items))).toEqual(["A1", "B2"]);
  });

  test("winners and losers of one call do not disturb each other", async () => {
    await stock(store());
    await claim(store(), "ben", "m1");
    const items: ClaimItem[] = [
      newcomer("ann"),
      { ...newcomer("ben"), reusable: "latest" },
      { ...newcomer("cat"), holding: [held()] },
      newcomer("dan"),
    ];
    expect(codesIn(await claimAll(store(), items))).toEqual(["B2", "holds", "holds", "C3"]);
    expect(await holdingOf(store(), "ben")).toMatchObject([{ code: "A1", shared: true }]);
  });

  test("codes are drawn from the batches named, in the order named, and from no other", async () => {
    await stock(store(), {}, [
      { id: "b0", codes: ["A0", "B0"] },
      { id: "b1", codes: ["A1"] },
      { id: "b2", codes: ["A2", "B2"] },
    ]);
    const items = codeList("s", 4).map((id) => newcomer(id));
    const reply = await claimAll(store(), items, { from: [2, 0] });
    expect(codesIn(reply)).toEqual(["A2", "B2", "A0", "B0"]);
    expect(reply).toMatchObject({ answers: [{}, { holding: [{ batch: 2 }] }, { holding: [{ batch: 0 }] }, {}] });
    expect(codeOf(await claim(store(), "eve", "m1", { from: [2, 0] }))).toBe("pool-empty");
    expect(codeOf(await claim(store(), "eve", "m1", { from: [] }))).toBe("pool-empty");
    expect(codeOf(await claim(store(), "eve", "m1", { from: [1] }))).toBe("A1");
  });

  test("an empty pool leaves a subscriber with what is held", async () => {
    await stock(store(), {}, [{ id: "b1", codes: ["A1"] }]);
    await claim(store(), "ann", "m1");
    expect(await claim(store(), "ann", "m2")).toEqual({ status: "pool-empty" });
    expect(await codesOf(store(), "ann")).toEqual(["A1"]);
  });

  test("a code redeemed while in the pool is never handed out", async () => {
    await stock(store(), {}, [
      { id: "b1", codes: ["A1", "B2", "C3", "D4", "E5", "F6", "G7"] },
      { id: "b2", codes: ["H8"] },
    ]);
    for (const code of ["A1", "B2", "C3", "E5", "G7"]) await store().redeem(code, NOON);
    const given = [];
    for (const id of ["ann", "ben", "cat", "dan"]) given.push(codeOf(await claim(store(), id, `m ${id}`)));
    expect(given).toEqual(["D4", "F6", "H8", "pool-empty"]);
    expect(await totals(store())).toEqual({ inPool: 0, givenOut: 3, redeemed: 0, redeemedInPool: 5 });
  });

  test.each([
    ["the offer is saved with another window", { type: "custom-period" as const }],
    ["the time to live is another", { type: "time-to-live" as const, amount: 1, unit: "day" as const }],
  ])("nothing is done for a caller who has not seen that %s", async (_, window) => {
    await stock(store());
    const revision = (await store().loadOffer("welcome"))?.revision ?? 0;
    await store().saveOffer({ id: "welcome", window });
    expect(await claimAll(store(), [newcomer("ann")], { revision })).toEqual({ status: "offer-changed" });
    expect(await totals(store())).toMatchObject({ givenOut: 0 });
    expect(codesIn(await claimAll(store(), [newcomer("ann")]))).toEqual(["A1"]);
  });

  test("nothing is done for a caller who does not know the newest batch, or an offer that is nowhere", async () => {
    await stock(store());
    const revision = (await store().loadOffer("welcome"))?.revision ?? 0;
    await store().addCodes("welcome", { id: "b1" }, ["D4"]);
    expect(codesIn(await claimAll(store(), [newcomer("ann")], { revision }))).toEqual(["A1"]);
    await store().addCodes("welcome", { id: "b2" }, ["E5"]);
    expect(await claimAll(store(), [newcomer("ben")], { revision })).toEqual({ status: "offer-changed" });
    expect(await claimAll(store(), [newcomer("ben")], { offerId: "nowhere", revision: 1 })).toEqual({
      status: "offer-changed",
    });
  });

  test("the same claim sent twenty times at once gives one code", async () => {
    await stock(store());
    const replies = await Promise.all(Array.from({ length: 20 }, () => claimAll(store(), [newcomer("ann")])));
    const answers = replies.flatMap((reply) => (reply.status === "answered" ? reply.answers : []));
    expect(answers.filter(({ status }) => status === "claimed")).toHaveLength(1);
    const codes = answers.map((answer) => ("holding" in answer ? (answer.holding as [HeldCode])[0].code : "none"));
    expect(new Set(codes)).toEqual(new Set(["A1"]));
    expect(await totals(store())).toMatchObject({ inPool: 2, givenOut: 1 });
  });
}
