import { expect, test } from "vitest";
import { codeList, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, codeOf, codesOf, holdingOf, totals } from "./tools.js";

export function revokeContract(store: CurrentStore): void {
  const revoked = (code: string, subscriberId: string | null = null) => ({ code, offerId: "welcome", subscriberId });

  test("a code of the pool is passed over from then on, found in any letter case", async () => {
    await stock(store(), {}, [{ id: "b1", codes: ["Ärger-1", "B2", "C3"] }]);
    expect(await store().revoke("äRGER-1")).toEqual({ status: "revoked", ...revoked("Ärger-1") });
    expect(await store().revoke("ärger-1")).toEqual({ status: "already-revoked", ...revoked("Ärger-1") });
    expect(await store().revoke("Z9")).toEqual({ status: "unknown-code" });
    expect(await store().findCode("ärger-1")).toMatchObject({ status: "in-pool", redeemedAt: null, revoked: true });
    expect(await totals(store())).toEqual({ inPool: 2, givenOut: 0, redeemed: 0, redeemedInPool: 0 });
    expect(codeOf(await claim(store(), "ann", "m1"))).toBe("B2");
    expect(await store().findCode("ärger-1")).toMatchObject({ status: "in-pool", revoked: true });
    expect(await totals(store())).toEqual({ inPool: 1, givenOut: 1, redeemed: 0, redeemedInPool: 0 });
    expect(await store().tryCodes("welcome", ["ÄRGER-1"])).toEqual(["in-pool"]);
  });

  test("it is handed out again once restored, in its place, whether it was passed over or not", async () => {
    await stock(store(), {}, [{ id: "b1", codes: ["A1", "B2", "C3", "D4"] }]);
    for (const code of ["A1", "C3"]) await store().revoke(code);
    expect(await store().restore("c3")).toEqual({ status: "restored", code: "C3", offerId: "welcome" });
    expect(codeOf(await claim(store(), "ann", "m1"))).toBe("B2");
    expect(await store().restore("A1")).toEqual({ status: "restored", code: "A1", offerId: "welcome" });
    expect(await store().restore("A1")).toEqual({ status: "not-revoked", code: "A1", offerId: "welcome" });
    expect(await store().restore("Z9")).toEqual({ status: "unknown-code" });
    expect(await totals(store())).toMatchObject({ inPool: 3 });
    expect(await store().findCode("A1")).not.toHaveProperty("revoked");
    for (const code of ["A1", "C3", "D4", "pool-empty"]) {
      expect(codeOf(await claim(store(), `gets ${code}`, "m1"))).toBe(code);
    }
  });

  test("a released code is not drawn again until it is restored", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await store().release("welcome", "ann", "m1");
    await store().revoke("A1");
    expect(await totals(store())).toMatchObject({ inPool: 2, givenOut: 0 });
    expect(codeOf(await claim(store(), "ann", "m2"))).toBe("B2");
    await store().restore("A1");
    expect(codeOf(await claim(store(), "ben", "m1"))).toBe("A1");
  });

  test("redeeming and revoking do not undo each other, in the pool and in somebody's hands", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    for (const code of ["A1", "B2"]) {
      await store().revoke(code);
      expect(await store().redeem(code, NOON)).toMatchObject({ status: "redeemed", redeemedAt: NOON });
      expect(await store().redeem(code, NOON + 1)).toMatchObject({ status: "already-redeemed", redeemedAt: NOON });
      expect(await store().findCode(code)).toMatchObject({ redeemedAt: NOON, revoked: true });
    }
    await store().redeem("C3", NOON);
    expect(await store().revoke("C3")).toEqual({ status: "revoked", ...revoked("C3") });
    expect(await totals(store())).toEqual({ inPool: 0, givenOut: 1, redeemed: 1, redeemedInPool: 2 });
    for (const code of ["B2", "C3"]) await store().restore(code);
    expect(await store().findCode("C3")).toMatchObject({ redeemedAt: NOON });
    expect(codeOf(await claim(store(), "ben", "m1"))).toBe("pool-empty");
    expect(await totals(store())).toEqual({ inPool: 0, givenOut: 1, redeemed: 1, redeemedInPool: 2 });
  });

  test("a held code stays with its holder, revoked for good", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    expect(await store().revoke("a1")).toEqual({ status: "revoked", ...revoked("A1", "ann") });
    expect(await store().revoke("A1")).toEqual({ status: "already-revoked", ...revoked("A1", "ann") });
    expect(await store().restore("A1")).toEqual({ status: "given-out", code: "A1", offerId: "welcome" });
    expect(await holdingOf(store(), "ann")).toMatchObject([{ code: "A1", revoked: true, redeemedAt: null }]);
    expect(await totals(store())).toEqual({ inPool: 2, givenOut: 1, redeemed: 0, redeemedInPool: 0 });
    expect(await store().codesOf?.("ann")).toMatchObject([{ code: "A1", revoked: true }]);
    for await (const records of store().givenOut("welcome"))
      expect(records).toMatchObject([{ code: "A1", revoked: true }]);
    await store().forget("ann");
    expect(await store().findCode("A1")).toMatchObject({ status: "given-out", subscriberId: null, revoked: true });
  });

  test("the message that claimed it claims another, and takes back that one only", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await store().revoke("A1");
    expect(await store().release("welcome", "ann", "m1")).toEqual({ status: "nothing-claimed" });
    const answer = await claim(store(), "ann", "m1");
    expect(answer).toMatchObject({ status: "claimed", holding: [{ code: "B2" }, { code: "A1", revoked: true }] });
    expect((await claim(store(), "ann", "m1")).status).toBe("holds");
    expect(await store().release("welcome", "ann", "m1")).toEqual({ status: "released", code: "B2" });
    expect(await codesOf(store(), "ann")).toEqual(["A1"]);
  });

  test("who expects a code that is revoked by now is told so, and keeps the first that is not", async () => {
    await stock(store());
    for (const id of ["m1", "m2"]) await claim(store(), "ann", id);
    await store().revoke("A1");
    const told = await claim(store(), "ann", "m3", { holding: null, reusable: "first" });
    expect(told).toMatchObject({ status: "holds", holding: [{ code: "B2", shared: true }, { revoked: true }] });
    await store().revoke("B2");
    const again = await claim(store(), "ann", "m3", { holding: null, reusable: "first" });
    expect(again).toMatchObject({ holding: [{ revoked: true }, { code: "A1", shared: false, revoked: true }] });
  });

  test("the first that is not revoked ends the holding, however long ago it was given", async () => {
    await stock(store(), {}, [{ id: "b1", codes: codeList("C", 12) }]);
    for (let n = 0; n < 8; n++) await claim(store(), "ann", `m${n}`, { now: NOON + n });
    const seen = [];
    for (const code of ["C2", "C0", "C1", "C3", "C4", "C6"]) {
      await store().revoke(code);
      seen.push((await codesOf(store(), "ann")).join(" "));
    }
    expect(seen).toEqual([
      "C7 C6 C5 C4 C0",
      "C7 C6 C5 C4 C1",
      "C7 C6 C5 C4 C3",
      "C7 C6 C5 C4 C0",
      "C7 C6 C5 C4 C0",
      "C7 C6 C5 C4 C0",
    ]);
    for (let n = 8; n < 11; n++) {
      const answer = await claim(store(), "ann", `m${n}`, { now: NOON + n });
      expect("holding" in answer && answer.holding).toEqual(await holdingOf(store(), "ann"));
      seen.push((await codesOf(store(), "ann")).join(" "));
    }
    expect(seen.slice(6)).toEqual(["C8 C7 C6 C5 C0", "C9 C8 C7 C6 C5", "C10 C9 C8 C7 C5"]);
    expect(await store().codesOf?.("ann")).toHaveLength(11);
    expect(codeOf(await claim(store(), "ann", "m2"))).toBe("C11");
    expect(await store().release("welcome", "ann", "m2")).toMatchObject({ status: "released" });
    expect(await codesOf(store(), "ann")).toEqual(["C10", "C9", "C8", "C7", "C5"]);
  });

  test("a revoked code that is assigned or moves to another profile stays revoked", async () => {
    await stock(store());
    await store().revoke("B2");
    const item = { subscriberId: "ann", messageId: "old", issuedAt: NOON, redeemedAt: null };
    expect(await store().assign("welcome", { id: "b1" }, [{ code: "B2", ...item }])).toEqual(["assigned"]);
    await store().merge?.("ann", "ben");
    expect(await holdingOf(store(), "ben")).toMatchObject([{ code: "B2", revoked: true }]);
    expect(await totals(store())).toEqual({ inPool: 2, givenOut: 1, redeemed: 0, redeemedInPool: 0 });
  });

  test("withdrawing leaves revoked codes known, so that no upload brings them back", async () => {
    await stock(store());
    await store().revoke("B2");
    expect(await store().withdraw("welcome", "b1")).toBe(2);
    expect(await store().findCode("B2")).toMatchObject({ status: "in-pool", revoked: true });
    expect(await store().addCodes("welcome", { id: "b1" }, ["B2", "A1"])).toMatchObject({
      outcomes: ["in-pool", "added"],
    });
    expect(codeOf(await claim(store(), "ann", "m1"))).toBe("A1");
    expect(await store().deleteOffer("welcome", { force: true })).toBe(2);
  });

  test("what is no code is refused", async () => {
    await stock(store());
    for (const act of ["revoke", "restore"] as const) await expect(store()[act]("")).rejects.toThrow("code: expected");
  });
}
