import { expect, test } from "vitest";
import { NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, codeOf, codesOf, totals } from "./tools.js";

const STRANGE_IDS = [
  "__proto__",
  "constructor",
  "toString",
  "0",
  "-1",
  "null",
  "offers",
  "batch:1",
  "a b\u00a0c",
  "a:b|c,d;e\\f\"g'h`i%s%d$1*?[x]",
  "日本語 · ελληνικά · 👩‍👩‍👧",
  "e\u0301 and \u00e9",
  "x".repeat(255),
  "😀".repeat(63),
];
const STRANGE_CODES = [
  "__proto__",
  "constructor",
  "0",
  "007",
  "1e3",
  "A&B<C>\"D'",
  "50%-OFF*?[x]",
  "ÄÖÜß",
  "割引券",
  "😀😀",
  "x".repeat(255),
];

export function idsContract(store: CurrentStore): void {
  test.each(
    STRANGE_IDS.map((id) => [id.length > 40 ? `${id.slice(0, 2)} and so on, 252 bytes or more` : id, id] as const),
  )("%s may be the id of an offer, a batch, a subscriber and a message", async (_, id) => {
    await stock(store(), { id }, [{ id, codes: ["A1", "B2"] }]);
    await stock(store(), { id: "other" }, [{ id, codes: ["C3"] }]);
    expect((await store().listOffers()).map((offer) => offer.id).sort()).toEqual([id, "other"].sort());
    expect(codeOf(await claim(store(), id, id, { offerId: id }))).toBe("A1");
    expect((await store().holdings(id, [id]))[0]).toMatchObject([{ code: "A1", messageId: id }]);
    expect(await store().recordSignUp(id, id)).toBe(id);
    expect(await store().signUpOffers([id])).toEqual([id]);
    expect(await store().findCode("A1")).toMatchObject({ batch: { id }, subscriberId: id, messageId: id });
    expect(await store().redeem("A1", NOON)).toMatchObject({ status: "redeemed", offerId: id, subscriberId: id });
    expect(codeOf(await claim(store(), id, "next", { offerId: id }))).toBe("B2");
    expect(await store().release(id, id, "next")).toEqual({ status: "released", code: "B2" });
    expect(await totals(store(), id)).toEqual({ inPool: 1, givenOut: 1, redeemed: 1, redeemedInPool: 0 });
    expect(await totals(store(), "other")).toMatchObject({ inPool: 1 });
  });

  test("strange codes are handed out as they were uploaded", async () => {
    await stock(store(), {}, [{ id: "b1", codes: STRANGE_CODES }]);
    for (const [place, code] of STRANGE_CODES.entries()) {
      expect(codeOf(await claim(store(), "ann", `m${place}`))).toBe(code);
      expect((await codesOf(store(), "ann"))[0]).toBe(code);
      expect(await store().redeem(code, NOON)).toMatchObject({ status: "redeemed", code, subscriberId: "ann" });
    }
  });

  test("ids that look alike are different subscribers", async () => {
    await stock(store());
    const alike = ["\u00e9", "e\u0301", "É"];
    for (const id of alike) await claim(store(), id, "m1");
    expect(await Promise.all(alike.map((id) => codesOf(store(), id)))).toEqual([["A1"], ["B2"], ["C3"]]);
  });

  test.each([
    ["straße10", "STRASSE10"],
    ["Cafe\u0301", "CAFÉ"],
  ])("%s and %s are one code, shown as it was uploaded", async (uploaded, typed) => {
    await stock(store(), {}, [{ id: "b1", codes: [uploaded] }]);
    expect((await store().addCodes("welcome", { id: "b2" }, [typed])).outcomes).toEqual(["in-pool"]);
    expect(codeOf(await claim(store(), "ann", "m1"))).toBe(uploaded);
    expect(await store().redeem(typed, NOON)).toMatchObject({ status: "redeemed", code: uploaded });
  });
}
