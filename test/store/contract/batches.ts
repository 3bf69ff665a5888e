import { expect, test } from "vitest";
import { codeList, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, claimAll, codesIn, newcomer, totals } from "./tools.js";

export function batchesContract(store: CurrentStore): void {
  const waiting = async (batchId = "b1") => {
    const codes = [];
    for await (const chunk of store().poolCodes("welcome", batchId)) codes.push(...chunk);
    return codes;
  };

  test("a batch gets other days, and a claim by the days of before is refused", async () => {
    await stock(store());
    const { revision } = (await store().loadOffer("welcome"))!;
    await store().changeDays("welcome", { id: "b1", startsOn: "2026-11-01", endsOn: "2026-11-30" });
    const state = await store().loadOffer("welcome");
    expect(state?.batches).toEqual([{ id: "b1", startsOn: "2026-11-01", endsOn: "2026-11-30" }]);
    expect(await claimAll(store(), [newcomer("ann")], { revision })).toEqual({ status: "offer-changed" });
    expect(codesIn(await claimAll(store(), [newcomer("ann")]))).toEqual(["A1"]);
    expect(await store().findCode("A1")).toMatchObject({ batch: { endsOn: "2026-11-30" } });
  });

  test("the same days again change nothing, and codes are added under the new ones only", async () => {
    await stock(store());
    const days = { id: "b1", endsOn: "2026-11-30" };
    for (let n = 0; n < 2; n++) await store().changeDays("welcome", days);
    await expect(store().addCodes("welcome", { id: "b1" }, ["D4"])).rejects.toThrow("name another batch");
    expect(await store().addCodes("welcome", days, ["D4"])).toEqual({ start: 3, outcomes: ["added"] });
    await store().changeDays("welcome", { id: "b1" });
    expect((await store().loadOffer("welcome"))?.batches).toEqual([{ id: "b1" }]);
    expect(await totals(store())).toMatchObject({ inPool: 4 });
  });

  test("only a known batch of a saved offer gets other days, or lists its codes", async () => {
    await stock(store());
    await expect(store().changeDays("nowhere", { id: "b1" })).rejects.toThrow("the id of a saved offer");
    await expect(store().changeDays("welcome", { id: "b9" })).rejects.toThrow(/, but got: "b9"$/);
    await expect(waiting("b9")).rejects.toThrow(/, but got: "b9"$/);
  });

  test("the codes that nobody has are listed in their order: released and revoked ones, no redeemed or withdrawn ones", async () => {
    const codes = codeList("C", 1200);
    await stock(store(), {}, [
      { id: "b0", codes: ["X1"] },
      { id: "b1", codes },
    ]);
    expect(await waiting()).toEqual(codes);
    for (let n = 0; n < 600; n += 100) {
      const items = Array.from({ length: 100 }, (_, at) => newcomer(`s${n + at}`, "m"));
      await claimAll(store(), items, { from: [1] });
    }
    await store().release("welcome", "s7", "m");
    await store().release("welcome", "s8", "m");
    for (const code of ["C8", "C9", "C700", "C701", "C1199"]) await store().revoke(code);
    for (const code of ["C7", "C701", "C800"]) await store().redeem(code, NOON);
    const gone = new Set(["C701", "C800"]);
    expect(await waiting()).toEqual(["C8", ...codes.slice(600).filter((code) => !gone.has(code))]);
    await store().withdraw("welcome", "b1");
    expect(await waiting()).toEqual(["C8", "C700", "C1199"]);
    expect(await waiting("b0")).toEqual(["X1"]);
    expect(await claim(store(), "ann", "m1", { from: [1] })).toEqual({ status: "pool-empty" });
  });
}
