import { expect, test } from "vitest";
import { codeList, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, claimAll, codeOf, newcomer } from "./tools.js";

const DAY = 86_400_000;

export function countingContract(store: CurrentStore): void {
  test("codes given out are counted by their day, over all batches", async () => {
    await stock(store(), {}, [
      { id: "b0", codes: ["A0", "B0"] },
      { id: "b1", codes: ["A1", "B1"] },
    ]);
    await claim(store(), "ann", "m1", { now: NOON - DAY });
    await claim(store(), "ben", "m1", { now: NOON });
    await claim(store(), "cat", "m1", { now: NOON + 1 });
    await claim(store(), "dan", "m1", { now: NOON + 2 * DAY });
    expect(await store().givenByDay("welcome", NOON - DAY, 5)).toEqual([1, 2, 0, 1, 0]);
    expect(await store().givenByDay("welcome", NOON, 1)).toEqual([2]);
  });

  test("a code that was taken back does not count for its day", async () => {
    await stock(store());
    await claim(store(), "ann", "m1", { now: NOON - DAY });
    await claim(store(), "ben", "m1", { now: NOON - DAY });
    await store().release("welcome", "ann", "m1");
    expect(await store().givenByDay("welcome", NOON - DAY, 2)).toEqual([1, 0]);
  });

  test("an offer that gave nothing, or that nobody knows, counts nothing", async () => {
    await stock(store());
    expect(await store().givenByDay("welcome", NOON, 3)).toEqual([0, 0, 0]);
    expect(await store().givenByDay("nobody-knows", NOON, 2)).toEqual([0, 0]);
  });

  test("a claim that asks for it is told what its batches have left", async () => {
    await stock(store(), {}, [
      { id: "b0", codes: ["A0"] },
      { id: "b1", codes: ["A1", "B1", "C1"] },
      { id: "b2", codes: ["A2"] },
    ]);
    await store().redeem("C1", NOON);
    const left = async (name: string, many: number) => {
      const items = codeList(name, many).map((id) => newcomer(id));
      return claimAll(store(), items, { from: [0, 1], countLeft: true });
    };
    expect(await left("s", 1)).toMatchObject({ left: 2 });
    expect(await left("t", 1)).toMatchObject({ left: 1 });
    expect(await left("u", 2)).toMatchObject({ left: 0, answers: [{ status: "claimed" }, { status: "pool-empty" }] });
    expect(await claimAll(store(), [newcomer("eve")], { from: [2] })).not.toHaveProperty("left");
  });

  test("codes can be tried without adding them", async () => {
    await stock(store(), { id: "vip" }, [{ id: "b1", codes: ["V1"] }]);
    await stock(store(), {}, [{ id: "b1", codes: ["A1", "B2", "C3"] }]);
    await claim(store(), "ann", "m1");
    await claim(store(), "ben", "m1");
    await store().release("welcome", "ben", "m1");
    const outcomes = ["given-out", "in-pool", "in-pool", "in-other-offer", "added"];
    expect(await store().tryCodes("welcome", ["a1", "B2", "c3", "V1", "N9"])).toEqual(outcomes);
    expect(await store().tryCodes("welcome", [])).toEqual([]);
    expect(await store().findCode("N9")).toBeNull();
    await expect(store().tryCodes("nowhere", ["A1"])).rejects.toThrow("offerId: expected the id of a saved offer");
  });

  test("a code that was redeemed while nobody had it counts as in the pool, tried or added", async () => {
    await stock(store(), {}, [{ id: "b1", codes: ["A1", "B2", "C3"] }]);
    await store().redeem("A1", NOON);
    expect(codeOf(await claim(store(), "ann", "m1"))).toBe("B2");
    await store().release("welcome", "ann", "m1");
    await store().redeem("B2", NOON);
    expect(await store().tryCodes("welcome", ["A1", "B2", "C3"])).toEqual(["in-pool", "in-pool", "in-pool"]);
    const { outcomes } = await store().addCodes("welcome", { id: "b2" }, ["A1", "B2", "C3"]);
    expect(outcomes).toEqual(["in-pool", "in-pool", "in-pool"]);
  });
}
