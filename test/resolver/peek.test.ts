import { createResolver, memoryStore, type OfferStore, type Resolution } from "offer-code";
import { describe, expect, test } from "vitest";
import { clockAt, codeList, counted, DAY, message, stock } from "../fixtures.js";
import { useRedisStores } from "../store/redis-stores.js";

const stores = useRedisStores();
const KINDS: [string, () => OfferStore][] = [
  ["memoryStore", memoryStore],
  ["redisStore", stores.make],
];
const TEN_DAYS = { window: { type: "time-to-live", amount: 10, unit: "day" } } as const;
const MONTHLY = { window: { type: "custom-period" } } as const;

async function setUp(store: OfferStore, offer = {}, uploads?: Parameters<typeof stock>[2]) {
  const clock = clockAt();
  await stock(store, offer, uploads);
  return { store, clock, resolver: createResolver({ store, now: clock.now }) };
}

describe.each(KINDS)("over %s, peek", (_, makeStore) => {
  test("shows a sample in place of a new code, which no offer has", async () => {
    const codes = ["WELCOME-A7K2", "WELCOME-B9Q4"];
    const { store, resolver } = await setUp(makeStore(), TEN_DAYS, [{ id: "b1", codes }]);
    const answer = await resolver.peek(message());
    expect(answer).toMatchObject({ reason: "first-code", isNew: true, isSample: true, batch: "b1", daysLeft: 10 });
    expect(answer.code).toMatch(/^[A-Z]{7}-[A-Z]\d[A-Z]\d$/);
    expect(await store.findCode(answer.code ?? "")).toBeNull();
  });

  test("answers what resolve answers next, but for the sample, and changes nothing however often it is asked", async () => {
    const { store, clock, resolver } = await setUp(makeStore(), TEN_DAYS);
    const like = ({ code, isSample, ...rest }: Resolution) => ({ ...rest, code: isSample ? "a sample" : code });
    for (const [id, by, code] of [
      ["m0", 0, "a sample"],
      ["m0", 1, "A1"],
      ["m1", 2, "A1"],
      ["m2", 10 * DAY, "a sample"],
    ] as const) {
      clock.at += by;
      const before = await store.counts("welcome");
      const peeks = [await resolver.peek(message({ id })), await resolver.peek(message({ id }))];
      expect(await store.counts("welcome")).toEqual(before);
      const resolved = await resolver.resolve(message({ id }));
      for (const peeked of peeks) expect(like(peeked)).toEqual({ ...like(resolved), code });
    }
  });

  test("leaves a held code free to be released", async () => {
    const { resolver } = await setUp(makeStore());
    await resolver.resolve(message({ id: "m0" }));
    expect(await resolver.peek(message({ id: "m1" }))).toMatchObject({ code: "A1", isSample: false });
    expect(await resolver.release(message({ id: "m0" }))).toMatchObject({ status: "released" });
  });

  test("names the batch that the code would come from, and is unavailable when none has one", async () => {
    const { store, clock, resolver } = await setUp(makeStore(), MONTHLY, [
      { id: "late", endsOn: "2026-11-30", codes: ["L1"] },
      { id: "soon", endsOn: "2026-11-10", codes: ["S1"] },
    ]);
    expect(await resolver.peek(message())).toMatchObject({ batch: "soon", isSample: true });
    await resolver.resolve(message({ subscriberId: "ben" }));
    expect(await resolver.peek(message())).toMatchObject({ batch: "late" });
    await store.redeem("L1", 0);
    expect(await resolver.peek(message())).toMatchObject({ code: null, reason: "pool-empty" });
    clock.at += 60 * DAY;
    expect(await resolver.peek(message())).toMatchObject({ code: null, reason: "no-open-batch" });
  });

  test("never shows a real code, even when samples of its shape are real", async () => {
    const codes = codeList("S", 10);
    const { store, resolver } = await setUp(makeStore(), {}, [{ id: "b1", codes }]);
    const { code } = await resolver.peek(message());
    expect(await store.findCode(code ?? "")).toBeNull();
    const foreign = await setUp(makeStore(), {}, [{ id: "b1", codes: ["ÄÖÜ"] }]);
    expect((await foreign.resolver.peek(message())).code).toBe("SAMPLE-CODE");
  });

  test("shows fallbacks and unknown offers as resolve does", async () => {
    const { store, resolver } = await setUp(makeStore());
    await store.saveOffer({ id: "vip", whenUnavailable: { action: "fallback", code: "STATIC10" } });
    expect(await resolver.peek(message(), "vip")).toMatchObject({
      code: "STATIC10",
      isFallback: true,
      isSample: false,
    });
    expect(await resolver.peek(message(), "nowhere")).toMatchObject({ code: null, reason: "unknown-offer" });
    expect(await resolver.peek(message({ type: "auto-response" }))).toMatchObject({ reason: "no-sign-up-offer" });
  });
});

test("peek asks the store, which may know better than the cache, and writes nothing", async () => {
  const { store, calls } = counted(memoryStore());
  await stock(store);
  const resolver = createResolver({ store });
  await resolver.resolve(message());
  calls.length = 0;
  await resolver.peek(message({ id: "m2" }));
  await resolver.peek(message({ subscriberId: "ben" }));
  expect(new Set(calls)).toEqual(new Set(["loadOffer", "holdings", "counts", "sampleCode", "findCode"]));
});
