import { InvalidInputError } from "offer-code";
import { expect, test } from "vitest";
import { stock } from "../../fixtures.js";
import type { CurrentStore } from "./tools.js";

export function offersContract(store: CurrentStore): void {
  test("an offer is created once, with its defaults, and loaded as it was saved", async () => {
    const offer = {
      id: "welcome",
      kind: "unique",
      window: { type: "never-expires" },
      timeZone: "UTC",
      whenUnavailable: { action: "abort" },
    };
    expect(await store().saveOffer({ id: "welcome" })).toEqual({ status: "created", offer });
    expect(await store().loadOffer("welcome")).toEqual({ offer, batches: [], revision: expect.any(Number) });
  });

  test("every field of an offer comes back", async () => {
    const offer = {
      id: "vip",
      name: "20 % für 👑",
      kind: "integrated" as const,
      window: { type: "time-to-live" as const, amount: 90, unit: "day" as const },
      timeZone: "America/New_York",
      whenUnavailable: { action: "fallback" as const, code: "A&B<C" },
      lowStock: 10,
    };
    await store().saveOffer(offer);
    expect((await store().loadOffer("vip"))?.offer).toEqual(offer);
  });

  test("saving the same offer again changes nothing, in whatever order its fields stand", async () => {
    await store().saveOffer({ id: "welcome", name: "10% off", timeZone: "Europe/Berlin" });
    const before = await store().loadOffer("welcome");
    const again = await store().saveOffer({
      timeZone: "Europe/Berlin",
      kind: "unique",
      name: "10% off",
      id: "welcome",
    });
    expect(again.status).toBe("unchanged");
    expect(await store().loadOffer("welcome")).toEqual(before);
  });

  test("a changed offer keeps its batches and codes, and its revision rises", async () => {
    await stock(store());
    const before = await store().loadOffer("welcome");
    const saved = await store().saveOffer({ id: "welcome", window: { type: "custom-period" } });
    expect(saved).toMatchObject({ status: "changed", offer: { window: { type: "custom-period" } } });
    const after = await store().loadOffer("welcome");
    expect(after?.batches).toEqual([{ id: "b1" }]);
    expect(after?.revision).toBeGreaterThan(before?.revision ?? 0);
    expect(await store().counts("welcome")).toMatchObject([{ inPool: 3 }]);
  });

  test("a wrong offer is refused and not saved", async () => {
    await expect(store().saveOffer({ id: "" })).rejects.toThrow(InvalidInputError);
    expect(await store().listOffers()).toEqual([]);
  });

  test("offers are listed by id", async () => {
    for (const id of ["b", "c", "a"]) await store().saveOffer({ id });
    expect((await store().listOffers()).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  test("an unknown offer is null, has no counts and no sample", async () => {
    expect(await store().loadOffer("nowhere")).toBeNull();
    expect(await store().counts("nowhere")).toBeNull();
    expect(await store().sampleCode("nowhere")).toBeNull();
    expect(await store().holdings("nowhere", ["ann", "ben"])).toEqual([null, null]);
  });
}
