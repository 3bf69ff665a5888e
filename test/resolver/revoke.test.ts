import { createResolver, explain, memoryStore, type OfferStore } from "offer-code";
import { describe, expect, test } from "vitest";
import { clockAt, codeList, left, message, stock } from "../fixtures.js";
import { useRedisStores } from "../store/redis-stores.js";

const stores = useRedisStores();
const KINDS: [string, () => OfferStore][] = [
  ["memoryStore", memoryStore],
  ["redisStore", stores.make],
];

describe.each(KINDS)("a revoked code in %s", (_, makeStore) => {
  async function setUp(offer = {}, codes = ["A1", "B2", "C3"]) {
    const [store, clock] = [makeStore(), clockAt()];
    await stock(store, offer, [{ id: "b1", codes }]);
    return { store, clock, resolver: createResolver({ store, now: clock.now }) };
  }

  test("is never handed out, in any letter case, and can be given back to the pool while nobody was given it", async () => {
    const { store, resolver } = await setUp();
    expect(await resolver.revoke("a1")).toEqual({
      status: "revoked",
      code: "A1",
      offerId: "welcome",
      subscriberId: null,
    });
    expect(await resolver.revoke("A1")).toMatchObject({ status: "already-revoked" });
    expect(await resolver.revoke("Z9")).toEqual({ status: "unknown-code" });
    expect(await left(store)).toBe(2);
    expect(await store.findCode("A1")).toMatchObject({ status: "in-pool", revoked: true });
    expect(await resolver.resolve(message())).toMatchObject({ code: "B2" });
    expect(await store.restore("A1")).toEqual({ status: "restored", code: "A1", offerId: "welcome" });
    expect(await store.restore("A1")).toMatchObject({ status: "not-revoked" });
    expect(await store.restore("Z9")).toEqual({ status: "unknown-code" });
    expect(await resolver.resolve(message({ subscriberId: "ben" }))).toMatchObject({ code: "A1" });
  });

  test("that is held is replaced, also in a message that showed it a moment ago and in the one that claimed it", async () => {
    const { store, resolver } = await setUp();
    const [claimed, shown] = [message({ id: "m0" }), message()];
    for (const each of [claimed, shown]) expect(await resolver.resolve(each)).toMatchObject({ code: "A1" });
    expect(await resolver.revoke("A1")).toMatchObject({ status: "revoked", subscriberId: "ann" });
    const next = await resolver.resolve(shown);
    expect(next).toMatchObject({ code: "B2", reason: "revoked", isNew: true });
    expect(explain(next)).toBe("Gets B2: the code held before was revoked, never expires.");
    expect(await resolver.resolve(claimed)).toMatchObject({ code: "B2", reason: "still-valid" });
    expect(await store.restore("A1")).toMatchObject({ status: "given-out" });
    expect(await resolver.redeem("A1")).toMatchObject({ status: "redeemed" });
  });

  test("gives its message another code when nobody else has a newer one", async () => {
    const { resolver } = await setUp({ window: { type: "time-to-live", amount: 0, unit: "day" } });
    await resolver.resolve(message());
    await resolver.revoke("A1");
    expect(await resolver.resolve(message())).toMatchObject({ code: "B2", reason: "revoked" });
    expect(await resolver.resolve(message())).toMatchObject({ code: "B2", reason: "same-message" });
    expect(await resolver.release(message())).toEqual({ status: "released", code: "B2" });
  });

  test("gives way to the first that is not revoked in messages of the sign-up offer", async () => {
    const { store, resolver } = await setUp(
      { window: { type: "time-to-live", amount: 0, unit: "day" } },
      codeList("C", 9),
    );
    await store.recordSignUp("ann", "welcome");
    for (let n = 0; n < 7; n++) await resolver.resolve(message({ id: `m${n}` }));
    const response = message({ id: "r", type: "auto-response" });
    for (const [revoked, first] of [
      ["C0", "C1"],
      ["C1", "C2"],
      ["C6", "C2"],
    ] as const) {
      await resolver.revoke(revoked);
      expect(await resolver.resolve(response)).toMatchObject({ code: first, reason: "sign-up-offer", isNew: false });
    }
    for (const code of ["C2", "C3", "C4", "C5"]) await resolver.revoke(code);
    expect(await resolver.resolve(response)).toMatchObject({ code: "C7", reason: "sign-up-offer", isNew: true });
    expect(await resolver.resolve(message({ id: "r2", type: "auto-response" }))).toMatchObject({
      code: "C7",
      isNew: false,
    });
  });

  test("is not counted for reminders, and a preflight counts its holder as needing a new one", async () => {
    const { resolver } = await setUp({ window: { type: "time-to-live", amount: 2, unit: "day" } });
    await resolver.resolve(message());
    await resolver.revoke("A1");
    const reminders = [];
    for await (const each of resolver.expiringSoon("welcome", 1e9)) reminders.push(each);
    expect(reminders).toEqual([]);
    expect(await resolver.preflight("welcome", ["ann"])).toMatchObject({
      needNew: 1,
      why: { revoked: 1 },
      available: 2,
    });
    expect(await resolver.peek(message())).toMatchObject({ reason: "revoked", isSample: true });
  });
});
