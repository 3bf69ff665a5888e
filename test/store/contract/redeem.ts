import { expect, test } from "vitest";
import { NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, codeOf, holdingOf, totals } from "./tools.js";

export function redeemContract(store: CurrentStore): void {
  test("a held code is redeemed by the code alone, in any letter case", async () => {
    await stock(store(), {}, [{ id: "b1", codes: ["Ärger-1"] }]);
    await claim(store(), "ann", "m1");
    expect(await store().redeem("äRGER-1", NOON + 1)).toEqual({
      status: "redeemed",
      code: "Ärger-1",
      offerId: "welcome",
      subscriberId: "ann",
      redeemedAt: NOON + 1,
    });
    expect(await holdingOf(store(), "ann")).toMatchObject([{ code: "Ärger-1", redeemedAt: NOON + 1 }]);
    expect(await totals(store())).toEqual({ inPool: 0, givenOut: 1, redeemed: 1, redeemedInPool: 0 });
  });

  test("the first redemption stands, however often it is told", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await store().redeem("A1", NOON);
    const again = { status: "already-redeemed", code: "A1", offerId: "welcome", subscriberId: "ann", redeemedAt: NOON };
    expect(await store().redeem("A1", NOON)).toEqual(again);
    expect(await store().redeem("a1", NOON - 1000)).toEqual(again);
    expect(await totals(store())).toMatchObject({ redeemed: 1 });
  });

  test("a code of the pool is redeemed for nobody, and is passed over for good", async () => {
    await stock(store());
    const redeemed = { code: "A1", offerId: "welcome", subscriberId: null, redeemedAt: NOON };
    expect(await store().redeem("A1", NOON)).toEqual({ status: "redeemed", ...redeemed });
    expect(await store().redeem("A1", NOON + 1)).toEqual({ status: "already-redeemed", ...redeemed });
    expect(await totals(store())).toEqual({ inPool: 2, givenOut: 0, redeemed: 0, redeemedInPool: 1 });
    expect(await store().findCode("A1")).toMatchObject({ status: "in-pool", redeemedAt: NOON });
    expect(codeOf(await claim(store(), "ann", "m1"))).toBe("B2");
    expect(await store().redeem("A1", NOON + 2)).toEqual({ status: "already-redeemed", ...redeemed });
    expect(await store().findCode("A1")).toMatchObject({ status: "in-pool", redeemedAt: NOON });
    expect(await totals(store())).toEqual({ inPool: 1, givenOut: 1, redeemed: 0, redeemedInPool: 1 });
  });

  test("an older code of a subscriber is redeemed where it stands", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await claim(store(), "ann", "m2");
    await store().redeem("A1", NOON);
    expect(await holdingOf(store(), "ann")).toMatchObject([
      { code: "B2", redeemedAt: null },
      { code: "A1", redeemedAt: NOON },
    ]);
  });

  test("codes are found in whichever offer has them", async () => {
    for (const id of ["x", "y", "z"]) await stock(store(), { id }, [{ id: "b", codes: [`${id}-code`] }]);
    expect(await store().redeem("Y-CODE", NOON)).toMatchObject({ status: "redeemed", offerId: "y" });
    expect(await store().counts("x")).toMatchObject([{ redeemedInPool: 0 }]);
    expect(await store().counts("y")).toMatchObject([{ redeemedInPool: 1 }]);
  });

  test("a code that no offer has is unknown", async () => {
    await stock(store());
    expect(await store().redeem("Z9", NOON)).toEqual({ status: "unknown-code" });
  });

  test("what is no code and what is no instant is refused", async () => {
    await stock(store());
    await expect(store().redeem("", NOON)).rejects.toThrow(
      'code: expected 1 to 255 bytes of text without blanks, control characters or braces, but got: ""',
    );
    await expect(store().redeem("A1", Number.NaN)).rejects.toThrow(
      "at: expected an instant in Unix milliseconds, but got: NaN",
    );
    expect(await totals(store())).toMatchObject({ redeemedInPool: 0 });
  });
}
