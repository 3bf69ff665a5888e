import { createResolver, memoryStore, type OfferStore } from "offer-code";
import { defineOffers } from "offer-code/operations";
import { importDiscount } from "offer-code/shopify";
import { beforeEach, describe, expect, test } from "vitest";
import { left, message, NOON, stock } from "../fixtures.js";
import { useRedisStores } from "../store/redis-stores.js";

const NEW_YORK = "America/New_York";

/** A discount as the Admin API gives it, all its codes on one page. */
function discount(codes: readonly string[], fields: object = {}, used: readonly string[] = []) {
  const nodes = [...codes.map((code) => ({ code })), ...used.map((code) => ({ code, asyncUsageCount: 1 }))];
  const pageInfo = { hasNextPage: false, hasPreviousPage: false };
  const startsAt = "2026-11-01T05:00:00Z";
  return { title: "Spring", startsAt, endsAt: "2026-12-01T04:59:59Z", codes: { nodes, pageInfo }, ...fields };
}

const stores = useRedisStores();
const KINDS: [string, () => OfferStore][] = [
  ["memoryStore", memoryStore],
  ["redisStore", stores.make],
];

describe.each(KINDS)("an integrated offer in %s follows the shop", (_, makeStore) => {
  let store: OfferStore;
  beforeEach(async () => {
    store = makeStore();
    await stock(store, { kind: "integrated", window: { type: "custom-period" }, timeZone: NEW_YORK }, []);
  });
  const shows = async (id: string, at: number) => {
    const resolver = createResolver({ store, cache: false, now: () => at });
    const { code, reason, lastDay } = await resolver.resolve(message({ id: `${id}-${at}`, subscriberId: id }));
    return `${code} ${reason} ${lastDay}`;
  };

  test("other dates move the days of its batch, for codes given out as well", async () => {
    await importDiscount(store, "welcome", discount(["A1", "B2"]));
    expect(await shows("ann", NOON)).toBe("A1 first-code 2026-11-30");
    const longer = { endsAt: "2027-01-01T04:59:59Z" };
    expect(await importDiscount(store, "welcome", discount(["A1", "B2", "C3"], longer))).toMatchObject({
      batch: "Spring 2026-11-01 to 2026-11-30",
      added: 1,
      daysChanged: true,
      withdrawn: 0,
    });
    const later = Date.parse("2026-12-15T12:00:00Z");
    expect(await shows("ann", later)).toBe("A1 still-valid 2026-12-31");
    expect(await shows("ben", later)).toBe("B2 first-code 2026-12-31");
    await importDiscount(store, "welcome", discount(["A1", "B2", "C3"], { endsAt: "2026-11-10T05:00:00Z" }));
    expect(await shows("cat", later)).toBe("null no-open-batch null");
  });

  test("codes that it no longer has are taken back, and handed out again once it has them again", async () => {
    await importDiscount(store, "welcome", discount(["A1", "B2", "C3"]));
    await shows("ann", NOON - 1);
    expect(await importDiscount(store, "welcome", discount(["C3"]))).toMatchObject({ withdrawn: 2, added: 0 });
    expect(await left(store)).toBe(1);
    expect(await shows("ann", NOON)).toBe("C3 revoked 2026-11-30");
    await importDiscount(store, "welcome", discount(["B2", "C3"]));
    expect(await shows("ben", NOON)).toBe("B2 first-code 2026-11-30");
  });

  test("a single page of many takes nothing back", async () => {
    await importDiscount(store, "welcome", discount(["A1", "B2"]));
    const page = { codes: { nodes: [{ code: "C3" }], pageInfo: { hasNextPage: false, hasPreviousPage: true } } };
    expect(await importDiscount(store, "welcome", discount([], page))).toMatchObject({ withdrawn: 0, added: 1 });
    expect(await left(store)).toBe(3);
  });

  test("codes that were used in the shop are redeemed, and enter no pool", async () => {
    await importDiscount(store, "welcome", discount(["A1", "B2"]));
    const report = await importDiscount(store, "welcome", discount(["B2"], {}, ["A1", "Z9"]), { at: new Date(NOON) });
    expect(report).toMatchObject({ used: 2, added: 0, withdrawn: 0 });
    expect(await store.findCode("A1")).toMatchObject({ redeemedAt: NOON });
    expect(await store.findCode("Z9")).toBeNull();
    expect(await shows("ann", NOON)).toBe("B2 first-code 2026-11-30");
  });

  test("a title with braces is no error", async () => {
    const { batch } = await importDiscount(store, "welcome", discount(["A1"], { title: "10% {VIP}\n off" }));
    expect(batch).toBe("10% (VIP) off 2026-11-01 to 2026-11-30");
  });

  test("and its window is not edited by hand", async () => {
    const offer = { id: "welcome", kind: "integrated", window: { type: "never-expires" } };
    await expect(defineOffers(store, offer)).rejects.toThrow(
      'offer "welcome": the window of an integrated offer comes from the shop: it stays custom-period',
    );
  });
});
