import { expect, test } from "vitest";
import { codeList, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, claimAll, codeOf, codesIn, newcomer, totals } from "./tools.js";

export function withdrawContract(store: CurrentStore): void {
  test("the codes that nobody has are taken back, those given out stay", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    expect(await store().withdraw("welcome", "b1")).toBe(2);
    expect(await totals(store())).toEqual({ inPool: 0, givenOut: 1, redeemed: 0, redeemedInPool: 0 });
    expect(codeOf(await claim(store(), "ben", "m1"))).toBe("pool-empty");
    expect(await store().findCode("B2")).toBeNull();
    expect(await store().redeem("B2", NOON)).toEqual({ status: "unknown-code" });
    expect(await store().redeem("A1", NOON)).toMatchObject({ status: "redeemed", subscriberId: "ann" });
  });

  test("withdrawing again takes nothing", async () => {
    await stock(store());
    expect(await store().withdraw("welcome", "b1")).toBe(3);
    expect(await store().withdraw("welcome", "b1")).toBe(0);
  });

  test("released codes are taken back as well", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await claim(store(), "ben", "m1");
    await store().release("welcome", "ann", "m1");
    expect(await store().withdraw("welcome", "b1")).toBe(2);
    expect(codeOf(await claim(store(), "cat", "m1"))).toBe("pool-empty");
    expect(await store().findCode("A1")).toBeNull();
    expect(await store().findCode("B2")).toMatchObject({ subscriberId: "ben" });
  });

  test("codes redeemed in the pool stay known, and the rest are all taken", async () => {
    await stock(store(), {}, [{ id: "b1", codes: codeList("C", 2500) }]);
    await claim(store(), "ann", "m1");
    const used = ["C1", "C700", "C1499", "C1500", "C2499"];
    for (const code of used) await store().redeem(code, NOON);
    expect(await store().withdraw("welcome", "b1")).toBe(2494);
    expect(await totals(store())).toEqual({ inPool: 0, givenOut: 1, redeemed: 0, redeemedInPool: 5 });
    for (const code of used) {
      expect(await store().findCode(code)).toMatchObject({ code, status: "in-pool", redeemedAt: NOON });
      expect(await store().redeem(code, NOON)).toMatchObject({ status: "already-redeemed", code });
    }
    expect(codeOf(await claim(store(), "ben", "m1"))).toBe("pool-empty");
  });

  test("other batches keep their codes, and taken codes may be uploaded again", async () => {
    await stock(store(), {}, [
      { id: "b1", codes: ["A1", "B2"] },
      { id: "b2", codes: ["C3"] },
    ]);
    await store().withdraw("welcome", "b1");
    expect(await store().addCodes("welcome", { id: "b1" }, ["B2", "C3"])).toMatchObject({
      outcomes: ["added", "in-pool"],
    });
    expect(
      codesIn(
        await claimAll(
          store(),
          ["ann", "ben", "cat"].map((id) => newcomer(id)),
        ),
      ),
    ).toEqual(["B2", "C3", "pool-empty"]);
  });

  test("what is no batch of a saved offer is refused", async () => {
    await stock(store());
    await expect(store().withdraw("nowhere", "b1")).rejects.toThrow("offerId: expected the id of a saved offer");
    await expect(store().withdraw("welcome", "b9")).rejects.toThrow(/, but got: "b9"$/);
    expect(await totals(store())).toMatchObject({ inPool: 3 });
  });
}
