import { expect, test } from "vitest";
import { codeList, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, claimAll, codeOf, codesIn, codesOf, newcomer, totals } from "./tools.js";

export function releaseContract(store: CurrentStore): void {
  test("a released code is in the pool again, and nobody's", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    expect(await store().release("welcome", "ann", "m1")).toEqual({ status: "released", code: "A1" });
    expect(await store().holdings("welcome", ["ann"])).toEqual([null]);
    expect(await store().findCode("A1")).toMatchObject({ status: "in-pool", subscriberId: null, issuedAt: null });
    expect(await totals(store())).toEqual({ inPool: 3, givenOut: 0, redeemed: 0, redeemedInPool: 0 });
  });

  test("released codes are drawn again in file order, before the rest of their batch", async () => {
    await stock(store(), {}, [
      { id: "b1", codes: ["A1", "B2", "C3", "D4"] },
      { id: "b2", codes: ["E5"] },
    ]);
    await claimAll(
      store(),
      ["ann", "ben", "cat"].map((id) => newcomer(id, "m1")),
    );
    for (const id of ["cat", "ann"]) await store().release("welcome", id, "m1");
    const items = codeList("s", 4).map((id) => newcomer(id));
    expect(codesIn(await claimAll(store(), items))).toEqual(["A1", "C3", "D4", "E5"]);
  });

  test("a code that comes back after its batch was empty is drawn once", async () => {
    await stock(store(), {}, [{ id: "b1", codes: ["A1"] }]);
    for (const id of ["ann", "ben", "cat"]) {
      expect(codeOf(await claim(store(), id, "m1"))).toBe("A1");
      expect(codeOf(await claim(store(), "dan", "m1"))).toBe("pool-empty");
      expect((await store().release("welcome", id, "m1")).status).toBe("released");
    }
    expect(await totals(store())).toMatchObject({ inPool: 1, givenOut: 0 });
  });

  test("releasing again, or what was never claimed, changes nothing", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await store().release("welcome", "ann", "m1");
    await claim(store(), "ben", "m1");
    const nothing = { status: "nothing-claimed" };
    expect(await store().release("welcome", "ann", "m1")).toEqual(nothing);
    expect(await store().release("welcome", "ben", "m2")).toEqual(nothing);
    expect(await store().release("nowhere", "ben", "m1")).toEqual(nothing);
    expect(await codesOf(store(), "ben")).toEqual(["A1"]);
  });

  test("a redeemed code stays", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await store().redeem("A1", NOON);
    expect(await store().release("welcome", "ann", "m1")).toEqual({ status: "redeemed" });
    expect(await codesOf(store(), "ann")).toEqual(["A1"]);
  });

  test("a code that another message may have shown stays", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await claim(store(), "ann", "m2", { holding: null, reusable: "latest" });
    expect(await store().release("welcome", "ann", "m1")).toEqual({ status: "shared" });
    expect(await store().release("welcome", "ann", "m2")).toEqual({ status: "nothing-claimed" });
    expect(await codesOf(store(), "ann")).toEqual(["A1"]);
    expect(await totals(store())).toMatchObject({ inPool: 2, givenOut: 1 });
  });

  test("parts of the message that claimed a code do not keep it from going back", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await claim(store(), "ann", "m1", { holding: null, reusable: "latest" });
    expect(await store().release("welcome", "ann", "m1")).toMatchObject({ status: "released" });
  });

  test("a released code belongs to whoever claims it next, and its old marks are gone", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await store().release("welcome", "ann", "m1");
    expect(codeOf(await claim(store(), "ben", "m2", { now: NOON + 1 }))).toBe("A1");
    expect(await store().findCode("A1")).toMatchObject({ subscriberId: "ben", messageId: "m2", issuedAt: NOON + 1 });
    expect(codeOf(await claim(store(), "ann", "m1"))).toBe("B2");
  });

  test("the newest code released, the one before is the newest again", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await claim(store(), "ann", "m2");
    await store().release("welcome", "ann", "m2");
    expect(await codesOf(store(), "ann")).toEqual(["A1"]);
  });

  test("the first code released, the next oldest is the first for ever", async () => {
    await stock(store(), {}, [{ id: "b1", codes: codeList("C", 9) }]);
    await claim(store(), "ann", "m0");
    await claim(store(), "ann", "m1");
    expect(await store().release("welcome", "ann", "m0")).toEqual({ status: "released", code: "C0" });
    for (let n = 2; n < 8; n++) await claim(store(), "ann", `m${n}`);
    expect(await codesOf(store(), "ann")).toEqual(["C6", "C5", "C4", "C3", "C1"]);
  });

  test("with each code released, one that was forgotten is remembered again", async () => {
    await stock(store(), {}, [{ id: "b1", codes: codeList("C", 9) }]);
    for (let n = 0; n < 8; n++) await claim(store(), "ann", `m${n}`);
    const seen = [];
    for (const n of [7, 0, 4, 6, 1]) {
      await store().release("welcome", "ann", `m${n}`);
      seen.push((await codesOf(store(), "ann")).join(" "));
    }
    expect(seen).toEqual(["C6 C5 C4 C3 C0", "C6 C5 C4 C3 C1", "C6 C5 C3 C2 C1", "C5 C3 C2 C1", "C5 C3 C2"]);
  });

  test("a middle code released leaves the others in their order", async () => {
    await stock(store());
    for (const id of ["m1", "m2", "m3"]) await claim(store(), "ann", id);
    await store().release("welcome", "ann", "m2");
    expect(await codesOf(store(), "ann")).toEqual(["C3", "A1"]);
    expect(codeOf(await claim(store(), "ben", "m1"))).toBe("B2");
  });

  test("a claim that is no longer remembered cannot be given back", async () => {
    await stock(store(), {}, [{ id: "b1", codes: codeList("C", 9) }]);
    for (let n = 0; n < 7; n++) await claim(store(), "ann", `m${n}`);
    expect(await store().release("welcome", "ann", "m1")).toEqual({ status: "nothing-claimed" });
    expect(await totals(store())).toMatchObject({ inPool: 2, givenOut: 7 });
  });

  test("a code redeemed after its release is never handed out", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await store().release("welcome", "ann", "m1");
    expect(await store().redeem("A1", NOON)).toMatchObject({ status: "redeemed", subscriberId: null });
    expect(await store().redeem("A1", NOON + 1)).toMatchObject({ status: "already-redeemed", redeemedAt: NOON });
    expect(codeOf(await claim(store(), "ben", "m2"))).toBe("B2");
    expect(await store().findCode("A1")).toMatchObject({ status: "in-pool", redeemedAt: NOON });
    expect(await totals(store())).toEqual({ inPool: 1, givenOut: 1, redeemed: 0, redeemedInPool: 1 });
  });

  test("a code lives on after any number of releases, and the counts always add up", async () => {
    await stock(store());
    for (let n = 0; n < 10; n++) {
      const ids = [`a${n}`, `b${n}`, `c${n}`];
      expect(
        codesIn(
          await claimAll(
            store(),
            ids.map((id) => newcomer(id, "m")),
          ),
        ),
      ).toEqual(["A1", "B2", "C3"]);
      for (const id of ids.reverse()) await store().release("welcome", id, "m");
      expect(await totals(store())).toEqual({ inPool: 3, givenOut: 0, redeemed: 0, redeemedInPool: 0 });
    }
  });
}
