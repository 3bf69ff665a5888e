import { expect, test } from "vitest";
import { codeList, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, claimAll, codeOf, newcomer, totals } from "./tools.js";

export function forgetContract(store: CurrentStore): void {
  test("nothing that names the person is kept, and the codes stay given out", async () => {
    await stock(store(), {}, [{ id: "b1", codes: codeList("C", 9) }]);
    await stock(store(), { id: "vip" }, [{ id: "b1", codes: ["V1"] }]);
    for (let n = 0; n < 7; n++) await claim(store(), "ann", `m${n}`);
    await claim(store(), "ann", "m1", { offerId: "vip" });
    await claim(store(), "ben", "m1");
    await store().recordSignUp("ann", "welcome");
    await store().redeem("C1", NOON);
    expect(await store().forget("ann")).toBe(8);
    expect(await store().holdings("welcome", ["ann", "ben"])).toMatchObject([null, [{ code: "C7" }]]);
    expect(await store().signUpOffers(["ann"])).toEqual([null]);
    for (const code of ["C0", "C1", "C6", "V1"]) {
      const record = { status: "given-out", subscriberId: null, messageId: null, issuedAt: NOON };
      expect(await store().findCode(code)).toMatchObject(record);
    }
    expect(await totals(store())).toEqual({ inPool: 1, givenOut: 8, redeemed: 1, redeemedInPool: 0 });
  });

  test("a code of somebody forgotten can be redeemed, and is never given to anybody else", async () => {
    await stock(store(), {}, [{ id: "b1", codes: ["A1"] }]);
    await claim(store(), "ann", "m1");
    await store().forget("ann");
    expect(await store().release("welcome", "ann", "m1")).toEqual({ status: "nothing-claimed" });
    expect(codeOf(await claim(store(), "ben", "m1"))).toBe("pool-empty");
    expect(await store().redeem("A1", NOON)).toMatchObject({ status: "redeemed", subscriberId: null });
    expect(await totals(store())).toMatchObject({ givenOut: 1, redeemed: 1 });
  });

  test("who is forgotten begins anew", async () => {
    await stock(store());
    await store().recordSignUp("ann", "welcome");
    await claim(store(), "ann", "m1");
    await store().forget("ann");
    expect(await store().forget("ann")).toBe(0);
    expect(codeOf(await claim(store(), "ann", "m1"))).toBe("B2");
    expect(await store().recordSignUp("ann", "vip")).toBe("vip");
  });

  test("all codes given out are walked over, batch by batch in their order", async () => {
    const uploads = ["x", "y"].map((id) => ({ id, codes: codeList(id, 300) }));
    await stock(store(), {}, [...uploads, { id: "z", codes: ["z0"] }]);
    const ids = codeList("s", 500);
    for (let start = 0; start < 500; start += 250) {
      await claimAll(
        store(),
        ids.slice(start, start + 250).map((id) => newcomer(id, "m1")),
      );
    }
    await store().release("welcome", "s7", "m1");
    await store().redeem("y299", NOON);
    const walked = [];
    for await (const chunk of store().givenOut("welcome")) walked.push(...chunk);
    const expected = [...codeList("x", 300), ...codeList("y", 200)].filter((code) => code !== "x7");
    expect(walked.map(({ code }) => code)).toEqual(expected);
    expect(walked[7]).toEqual(await store().findCode("x8"));
    expect(new Set(walked.map(({ status }) => status))).toEqual(new Set(["given-out"]));
  });

  test("an unknown offer has given out nothing", async () => {
    const walked = [];
    for await (const chunk of store().givenOut("nowhere")) walked.push(...chunk);
    expect(walked).toEqual([]);
  });
}
