import type { Assignment } from "offer-code";
import { expect, test } from "vitest";
import { HOUR, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, codeOf, codesOf, holdingOf, totals } from "./tools.js";

export const MOVED = { id: "moved" };

export function assignment(code: string, subscriberId: string, fields: Partial<Assignment> = {}): Assignment {
  return { code, subscriberId, messageId: `assigned ${code}`, issuedAt: NOON - HOUR, redeemedAt: null, ...fields };
}

export function assignContract(store: CurrentStore): void {
  test("the subscriber holds the code from the instant on at which it was issued elsewhere", async () => {
    await stock(store());
    const redeemedAt = NOON - 1;
    const items = [assignment("OLD-1", "ann"), assignment("OLD-2", "ben", { redeemedAt })];
    expect(await store().assign("welcome", MOVED, items)).toEqual(["assigned", "assigned"]);
    expect(await holdingOf(store(), "ann")).toMatchObject([
      { code: "OLD-1", batch: 1, issuedAt: NOON - HOUR, messageId: "assigned OLD-1", redeemedAt: null },
    ]);
    expect(await holdingOf(store(), "ben")).toMatchObject([{ code: "OLD-2", redeemedAt }]);
    expect(await totals(store())).toEqual({ inPool: 3, givenOut: 2, redeemed: 1, redeemedInPool: 0 });
    expect(await store().findCode("old-1")).toMatchObject({ status: "given-out", subscriberId: "ann", batch: MOVED });
  });

  test("again it changes nothing, but a redemption that came since", async () => {
    await stock(store());
    await store().assign("welcome", MOVED, [assignment("OLD-1", "ann")]);
    const items = [assignment("old-1", "ann", { redeemedAt: NOON })];
    expect(await store().assign("welcome", MOVED, items)).toEqual(["known"]);
    expect(await store().assign("welcome", MOVED, items)).toEqual(["known"]);
    expect(await holdingOf(store(), "ann")).toMatchObject([{ code: "OLD-1", redeemedAt: NOON }]);
    expect(await totals(store())).toEqual({ inPool: 3, givenOut: 1, redeemed: 1, redeemedInPool: 0 });
  });

  test("codes of one subscriber stand in the order of their instants, the earliest as the first", async () => {
    await stock(store());
    await claim(store(), "ann", "m1", { now: NOON });
    const at = (hours: number) => ({ issuedAt: NOON + hours * HOUR });
    await store().assign("welcome", MOVED, [assignment("OLD-2", "ann", at(-2)), assignment("OLD-1", "ann", at(-1))]);
    await store().assign("welcome", MOVED, [
      assignment("OLD-9", "ann", at(-9)),
      assignment("NEW-1", "ann", at(1)),
      assignment("OLD-5", "ann", at(-5)),
      assignment("OLD-6", "ann", at(-5)),
    ]);
    expect(await codesOf(store(), "ann")).toEqual(["NEW-1", "A1", "OLD-1", "OLD-2", "OLD-9"]);
  });

  test("a code of the pool leaves it and keeps its batch", async () => {
    await stock(store());
    expect(await store().assign("welcome", MOVED, [assignment("A1", "ann")])).toEqual(["assigned"]);
    expect(await store().findCode("A1")).toMatchObject({ subscriberId: "ann", batch: { id: "b1" } });
    expect(codeOf(await claim(store(), "ben", "m1"))).toBe("B2");
    expect(await totals(store())).toEqual({ inPool: 1, givenOut: 2, redeemed: 0, redeemedInPool: 0 });
    expect((await store().addCodes("welcome", { id: "b2" }, ["a1"])).outcomes).toEqual(["given-out"]);
  });

  test("a code of another subscriber or offer stays where it is", async () => {
    await stock(store());
    await stock(store(), { id: "vip" }, [{ id: "b1", codes: ["V1"] }]);
    await claim(store(), "ann", "m1");
    const items = [assignment("A1", "ben"), assignment("V1", "ben"), assignment("OLD-1", "ben")];
    const outcomes = ["held-by-another", "in-other-offer", "assigned"];
    expect(await store().assign("welcome", MOVED, items)).toEqual(outcomes);
    expect(await codesOf(store(), "ann")).toEqual(["A1"]);
    expect(await codesOf(store(), "ben")).toEqual(["OLD-1"]);
  });

  test("a redemption, a release and a later claim find an assigned code as any other", async () => {
    await stock(store());
    await store().assign("welcome", MOVED, [assignment("OLD-1", "ann")]);
    expect(await store().release("welcome", "ann", "assigned OLD-1")).toEqual({ status: "shared" });
    expect(await store().redeem("OLD-1", NOON)).toMatchObject({ status: "redeemed", subscriberId: "ann" });
    expect(codeOf(await claim(store(), "ann", "m1"))).toBe("A1");
    expect(await codesOf(store(), "ann")).toEqual(["A1", "OLD-1"]);
  });

  test("nothing is assigned by a wrong call", async () => {
    await stock(store());
    const wrong = [assignment("OLD-1", "ann"), assignment("two words", "ben")];
    await expect(store().assign("welcome", MOVED, wrong)).rejects.toThrow("items[1].code: expected");
    await expect(store().assign("nowhere", MOVED, [])).rejects.toThrow("offerId: expected");
    await expect(store().assign("welcome", { id: "b1", endsOn: "2026-11-30" }, [])).rejects.toThrow("name another");
    expect(await totals(store())).toMatchObject({ givenOut: 0 });
  });
}
