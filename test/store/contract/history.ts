import { expect, test } from "vitest";
import { codeList, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, codesOf, holdingOf } from "./tools.js";

export function historyContract(store: CurrentStore): void {
  test("holdings come in the order asked for, and asking changes nothing", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await claim(store(), "ben", "m2");
    const codes = async () =>
      (await store().holdings("welcome", ["ben", "nobody", "ann", "ben"])).map((h) => h?.[0].code);
    expect(await codes()).toEqual(["B2", undefined, "A1", "B2"]);
    expect(await codes()).toEqual(["B2", undefined, "A1", "B2"]);
    expect(await store().holdings("welcome", [])).toEqual([]);
  });

  test("the last four claims are remembered, and the first for ever", async () => {
    await stock(store(), {}, [{ id: "b1", codes: codeList("C", 8) }]);
    const seen = [];
    for (let n = 0; n < 7; n++) {
      const answer = await claim(store(), "ann", `m${n}`, { now: NOON + n });
      seen.push(await codesOf(store(), "ann"));
      expect("holding" in answer && answer.holding).toEqual(await holdingOf(store(), "ann"));
    }
    expect(seen).toEqual([
      ["C0"],
      ["C1", "C0"],
      ["C2", "C1", "C0"],
      ["C3", "C2", "C1", "C0"],
      ["C4", "C3", "C2", "C1", "C0"],
      ["C5", "C4", "C3", "C2", "C0"],
      ["C6", "C5", "C4", "C3", "C0"],
    ]);
    expect((await holdingOf(store(), "ann"))?.map(({ messageId, issuedAt }) => [messageId, issuedAt])).toEqual(
      [6, 5, 4, 3, 0].map((n) => [`m${n}`, NOON + n]),
    );
  });

  test("each of the remembered messages is told again what it claimed, one that is forgotten claims anew", async () => {
    await stock(store(), {}, [{ id: "b1", codes: codeList("C", 9) }]);
    for (let n = 0; n < 7; n++) await claim(store(), "ann", `m${n}`);
    for (const n of [0, 3, 4, 5, 6]) expect((await claim(store(), "ann", `m${n}`)).status).toBe("holds");
    expect(await claim(store(), "ann", "m1")).toMatchObject({
      status: "claimed",
      holding: [{ code: "C7" }, {}, {}, {}, {}],
    });
  });

  test("a message that may keep a code marks it as shared: the latest, the first or none", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await claim(store(), "ann", "m2");
    const shared = async () => (await holdingOf(store(), "ann"))?.map((each) => each.shared);
    await claim(store(), "ann", "m3", { holding: null, reusable: null });
    expect(await shared()).toEqual([false, false]);
    const told = await claim(store(), "ann", "m3", { holding: null, reusable: "first" });
    expect(told).toMatchObject({ holding: [{ shared: false }, { shared: true }] });
    expect(await shared()).toEqual([false, true]);
    await claim(store(), "ann", "m3", { holding: null, reusable: "latest" });
    expect(await shared()).toEqual([true, true]);
  });

  test("a code that is replaced stays as it was marked", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await claim(store(), "ann", "m2", { holding: null, reusable: "latest" });
    await store().redeem("A1", NOON + 5);
    await claim(store(), "ann", "m3", { reusable: "latest" });
    expect(await holdingOf(store(), "ann")).toMatchObject([
      { code: "B2", shared: false, redeemedAt: null },
      { code: "A1", shared: true, redeemedAt: NOON + 5 },
    ]);
  });

  test("a code tells who holds it", async () => {
    await stock(store(), {}, [{ id: "nov", startsOn: "2026-11-01", codes: ["A1"] }]);
    const nobody = { subscriberId: null, messageId: null, issuedAt: null, redeemedAt: null };
    const batch = { id: "nov", startsOn: "2026-11-01" };
    const where = { code: "A1", offerId: "welcome", batch };
    expect(await store().findCode("a1")).toEqual({ ...where, status: "in-pool", ...nobody });
    await claim(store(), "ann", "m1");
    const claimed = { ...where, status: "given-out", subscriberId: "ann", messageId: "m1", issuedAt: NOON };
    expect(await store().findCode("A1")).toEqual({ ...claimed, redeemedAt: null });
    await store().redeem("A1", NOON + 1);
    expect(await store().findCode("A1")).toEqual({ ...claimed, redeemedAt: NOON + 1 });
    expect(await store().findCode("B2")).toBeNull();
    await expect(store().findCode("two words")).rejects.toThrow("code: expected 1 to 255 bytes");
  });

  test("a code that its subscriber no longer remembers is still that subscriber's", async () => {
    await stock(store(), {}, [{ id: "b1", codes: codeList("C", 7) }]);
    for (let n = 0; n < 7; n++) await claim(store(), "ann", `m${n}`);
    expect(await store().findCode("C1")).toMatchObject({ status: "given-out", subscriberId: "ann", messageId: "m1" });
    expect(await store().redeem("C1", NOON)).toMatchObject({ status: "redeemed", subscriberId: "ann" });
  });
}
