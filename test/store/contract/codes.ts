import { expect, test } from "vitest";
import { codeList, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, claimAll, codesIn, newcomer, totals } from "./tools.js";

export function codesContract(store: CurrentStore): void {
  test("codes are added at the end of their batch, which is opened at its first call", async () => {
    await store().saveOffer({ id: "welcome" });
    const batch = { id: "nov", startsOn: "2026-11-01", endsOn: "2026-11-30" };
    expect(await store().addCodes("welcome", batch, ["A1", "B2"])).toEqual({ start: 0, outcomes: ["added", "added"] });
    expect(await store().addCodes("welcome", batch, ["C3"])).toEqual({ start: 2, outcomes: ["added"] });
    expect((await store().loadOffer("welcome"))?.batches).toEqual([batch]);
    expect(await store().counts("welcome")).toEqual([
      { batch, inPool: 3, givenOut: 0, redeemed: 0, redeemedInPool: 0 },
    ]);
  });

  test("an upload without codes opens its batch as well", async () => {
    await store().saveOffer({ id: "welcome" });
    expect(await store().addCodes("welcome", { id: "empty" }, [])).toEqual({ start: 0, outcomes: [] });
    expect(await store().counts("welcome")).toMatchObject([{ batch: { id: "empty" }, inPool: 0 }]);
  });

  test("batches stand in the order in which they were opened", async () => {
    await store().saveOffer({ id: "welcome" });
    for (const id of ["z", "a", "z", "m"]) await store().addCodes("welcome", { id }, [`${id}1`]);
    expect((await store().counts("welcome"))?.map(({ batch }) => batch.id)).toEqual(["z", "a", "m"]);
  });

  test("each kind of duplicate is told apart, letter case ignored, and left where it is", async () => {
    await stock(store(), {}, [
      { id: "b1", codes: ["Given", "Pool"] },
      { id: "b2", codes: ["Ärger"] },
    ]);
    await stock(store(), { id: "vip" }, [{ id: "b1", codes: ["Vip"] }]);
    await claim(store(), "ann", "m1");
    const codes = ["new", "GIVEN", "POOL", "ÄRGER", "VIP", "NEW", "straße", "STRAßE"];
    const { outcomes } = await store().addCodes("welcome", { id: "b1" }, codes);
    expect(outcomes).toEqual([
      "added",
      "given-out",
      "in-pool",
      "in-pool",
      "in-other-offer",
      "in-file",
      "added",
      "in-file",
    ]);
    expect(await store().counts("welcome")).toMatchObject([{ inPool: 3, givenOut: 1 }, { inPool: 1 }]);
    expect(await store().findCode("gIvEn")).toMatchObject({ code: "Given", subscriberId: "ann" });
  });

  test("`since` tells a code that stood earlier in the same upload from one that was there before", async () => {
    await stock(store());
    const { start } = await store().addCodes("welcome", { id: "b1" }, ["D4"]);
    const { outcomes } = await store().addCodes("welcome", { id: "b1" }, ["A1", "D4", "E5"], start);
    expect([start, outcomes]).toEqual([3, ["in-pool", "in-file", "added"]]);
  });

  test("adding again after a lost answer adds nothing", async () => {
    await stock(store());
    const before = await store().counts("welcome");
    await store().addCodes("welcome", { id: "b1" }, ["A1", "B2", "C3"]);
    expect(await store().counts("welcome")).toEqual(before);
  });

  test("a code that was released counts as in the pool, and so does one used before anybody was given it", async () => {
    await stock(store(), {}, [{ id: "b1", codes: ["A1", "B2", "C3", "D4"] }]);
    await store().redeem("A1", NOON);
    await claim(store(), "ann", "m1");
    await claim(store(), "ben", "m2");
    await store().release("welcome", "ann", "m1");
    await store().release("welcome", "ben", "m2");
    await store().redeem("C3", NOON);
    const { outcomes } = await store().addCodes("welcome", { id: "b1" }, ["A1", "B2", "C3", "D4"]);
    expect(outcomes).toEqual(["in-pool", "in-pool", "in-pool", "in-pool"]);
    expect(await totals(store())).toEqual({ inPool: 2, givenOut: 0, redeemed: 0, redeemedInPool: 2 });
  });

  test("a batch does not take codes with other days, and says which days it has", async () => {
    await stock(store(), {}, [{ id: "nov", startsOn: "2026-11-01", endsOn: "2026-11-30", codes: ["A1"] }]);
    const refusals: [{ startsOn?: string; endsOn?: string }, string][] = [
      [{ startsOn: "2026-11-02", endsOn: "2026-11-30" }, "from 2026-11-02 to 2026-11-30"],
      [{ startsOn: "2026-11-01" }, "from 2026-11-01"],
      [{ endsOn: "2026-11-30" }, "to 2026-11-30"],
      [{}, "without dates"],
    ];
    for (const [days, text] of refusals) {
      await expect(store().addCodes("welcome", { id: "nov", ...days }, ["B2"])).rejects.toThrow(
        `batch "nov" runs from 2026-11-01 to 2026-11-30, so it cannot take codes that run ${text}: name another batch`,
      );
    }
    expect(await store().findCode("B2")).toBeNull();
    expect(await totals(store())).toMatchObject({ inPool: 1 });
  });

  test("codes of an unknown offer and values that are no codes are refused, and nothing is added", async () => {
    await store().saveOffer({ id: "welcome" });
    await expect(store().addCodes("nowhere", { id: "b1" }, ["A1"])).rejects.toThrow(
      'offerId: expected the id of a saved offer, but got: "nowhere"',
    );
    await expect(store().addCodes("welcome", { id: "b1" }, ["A1", "two words"])).rejects.toThrow(
      'codes[1]: expected 1 to 255 bytes of text without blanks, control characters or braces, but got: "two words"',
    );
    expect(await store().findCode("A1")).toBeNull();
    expect(await store().counts("welcome")).toEqual([]);
  });

  test("five thousand codes in one call are drawn in file order, call after call", async () => {
    await store().saveOffer({ id: "welcome" });
    const codes = codeList("C", 5000);
    await store().addCodes("welcome", { id: "b1" }, codes);
    const drawn: string[] = [];
    for (const size of [1, 126, 2, 250, 250]) {
      const items = Array.from({ length: size }, (_, at) => newcomer(`s${drawn.length + at}`));
      drawn.push(...codesIn(await claimAll(store(), items)));
    }
    expect(drawn).toEqual(codes.slice(0, 629));
    expect(await totals(store())).toMatchObject({ inPool: 4371, givenOut: 629 });
  });

  test("a sample has the shape of the pool's codes and leaves the pool as it is", async () => {
    await stock(store(), {}, [{ id: "b1", codes: ["A1"] }]);
    expect(await store().sampleCode("welcome")).toBe("A1");
    expect(await totals(store())).toMatchObject({ inPool: 1, givenOut: 0 });
    await claim(store(), "ann", "m1");
    expect(await store().sampleCode("welcome")).toBeNull();
    await store().release("welcome", "ann", "m1");
    expect(await store().sampleCode("welcome")).toBe("A1");
  });
}
