import type { StoreChange } from "offer-code";
import { expect, test } from "vitest";
import { codeList, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, claimAll, codeOf, newcomer, totals } from "./tools.js";

export function deleteContract(store: CurrentStore): void {
  test("nothing of a deleted offer is left, and another keeps what it has", async () => {
    await stock(store(), {}, [
      { id: "b1", codes: codeList("C", 1700) },
      { id: "b2", codes: ["D1", "D2"] },
    ]);
    await stock(store(), { id: "vip" }, [{ id: "b1", codes: ["V1", "V2"] }]);
    await claimAll(
      store(),
      codeList("s", 700).map((id) => newcomer(id, "m")),
    );
    await store().release("welcome", "s3", "m");
    await store().redeem("C1", NOON);
    await store().redeem("D2", NOON);
    await claim(store(), "s1", "m", { offerId: "vip" });
    expect(await store().deleteOffer("welcome", { force: true })).toBe(1702);
    expect(await store().loadOffer("welcome")).toBeNull();
    expect(await store().counts("welcome")).toBeNull();
    expect((await store().listOffers()).map(({ id }) => id)).toEqual(["vip"]);
    expect(await store().holdings("welcome", ["s1", "s699"])).toEqual([null, null]);
    for (const code of ["C0", "C1", "C3", "C1699", "D1", "D2"]) expect(await store().findCode(code)).toBeNull();
    expect(await store().redeem("C1", NOON)).toEqual({ status: "unknown-code" });
    expect(await store().findCode("V1")).toMatchObject({ offerId: "vip", subscriberId: "s1" });
    expect(await store().deleteOffer("welcome")).toBe(0);
  });

  test("its codes may be imported again, by it or by another offer", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    const remembered = await store().loadOffer("welcome");
    await store().deleteOffer("welcome", { force: true });
    await stock(store(), { id: "vip" }, [{ id: "b1", codes: ["A1"] }]);
    await stock(store(), {}, [{ id: "b1", codes: ["B2", "C3"] }]);
    expect(await store().findCode("a1")).toMatchObject({ offerId: "vip", status: "in-pool" });
    expect(await claimAll(store(), [newcomer("ben")], { revision: remembered?.revision as number })).toEqual({
      status: "offer-changed",
    });
    expect(codeOf(await claim(store(), "ann", "m1"))).toBe("B2");
    expect(await totals(store())).toMatchObject({ inPool: 1, givenOut: 1 });
  });

  test("an offer whose codes can still be used is refused, and says how many", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    await expect(store().deleteOffer("welcome")).rejects.toThrow(
      'offer "welcome" has 2 codes in its pool and 1 given out and not redeemed: delete it with force',
    );
    await store().withdraw("welcome", "b1");
    await expect(store().deleteOffer("welcome", { force: false })).rejects.toThrow(
      "has 0 codes in its pool and 1 given",
    );
    await store().redeem("A1", NOON);
    expect(await store().deleteOffer("welcome")).toBe(1);
  });

  test("who watches hears of it", async () => {
    await stock(store());
    const changes: StoreChange[] = [];
    const watch = store().watch((change) => changes.push(change));
    await store().deleteOffer("welcome", { force: true });
    expect(changes).toContainEqual({ type: "offer", offerId: "welcome" });
    await watch.close();
  });
}
