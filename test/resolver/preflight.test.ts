import { createResolver, memoryStore, type OfferStore } from "offer-code";
import { describe, expect, test } from "vitest";
import { clockAt, codeList, DAY, message, stock } from "../fixtures.js";
import { useRedisStores } from "../store/redis-stores.js";

const stores = useRedisStores();
const KINDS: [string, () => OfferStore][] = [
  ["memoryStore", memoryStore],
  ["redisStore", stores.make],
];

async function setUp(store: OfferStore, offer = {}, codes = codeList("C", 10)) {
  const clock = clockAt();
  await stock(store, offer, [{ id: "b1", codes }]);
  return { store, clock, resolver: createResolver({ store, now: clock.now }) };
}

describe.each(KINDS)("over %s, preflight", (_, makeStore) => {
  test("counts who keeps a code, who needs a new one and why, and takes nothing", async () => {
    const { store, clock, resolver } = await setUp(makeStore(), {
      window: { type: "time-to-live", amount: 10, unit: "day" },
    });
    await resolver.resolve(message({ subscriberId: "expired" }));
    clock.at += 10 * DAY;
    for (const subscriberId of ["valid", "valid too", "redeemed"]) await resolver.resolve(message({ subscriberId }));
    await resolver.redeem("C3");
    const audience = ["expired", "valid", "valid too", "redeemed", ...codeList("new", 5)];
    const before = await store.counts("welcome");
    expect(await resolver.preflight("welcome", audience)).toEqual({
      recipients: 9,
      reuse: 2,
      needNew: 7,
      why: { "first-code": 5, expired: 1, redeemed: 1 },
      available: 6,
      short: 1,
    });
    expect(await store.counts("welcome")).toEqual(before);
  });

  test("tells the truth: a campaign to that audience runs short by as many", async () => {
    const { resolver } = await setUp(makeStore());
    await resolver.resolve(message({ id: "m0", subscriberId: "s3" }));
    const audience = codeList("s", 15);
    const { needNew, available, short } = await resolver.preflight("welcome", audience);
    const answers = await resolver.resolveMany(audience.map((subscriberId) => message({ subscriberId })));
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(available);
    expect(answers.filter(({ code }) => code === null)).toHaveLength(short);
    expect([needNew, available, short]).toEqual([14, 9, 5]);
  });

  test("reads an audience of any size from a stream", async () => {
    const { resolver } = await setUp(makeStore());
    for (const subscriberId of ["s0", "s2500"]) await resolver.resolve(message({ subscriberId }));
    async function* audience() {
      for (let n = 0; n < 2501; n++) yield `s${n}`;
    }
    expect(await resolver.preflight("welcome", audience())).toMatchObject({
      recipients: 2501,
      reuse: 2,
      needNew: 2499,
      available: 8,
      short: 2491,
    });
  });

  test("counts open batches only, and wants as many when none is open", async () => {
    const store = makeStore();
    const clock = clockAt();
    await stock(store, { window: { type: "custom-period" } }, [
      { id: "nov", endsOn: "2026-11-30", codes: ["N1", "N2"] },
      { id: "dec", startsOn: "2026-12-01", endsOn: "2026-12-31", codes: ["D1"] },
    ]);
    const resolver = createResolver({ store, now: clock.now });
    expect(await resolver.preflight("welcome", ["ann"])).toMatchObject({ available: 2, short: 0 });
    clock.at += 30 * DAY;
    expect(await resolver.preflight("welcome", ["ann"])).toMatchObject({ available: 1, short: 0 });
    clock.at += 60 * DAY;
    expect(await resolver.preflight("welcome", ["ann"])).toMatchObject({
      why: { "first-code": 1 },
      available: 0,
      short: 1,
    });
  });

  test("counts a subscriber who is listed twice once", async () => {
    const { resolver } = await setUp(makeStore());
    const audience = [...codeList("s", 1500), ...codeList("s", 1500), "s0"];
    expect(await resolver.preflight("welcome", audience)).toMatchObject({ recipients: 1500, needNew: 1500 });
  });

  test("counts for messages of the sign-up offer who was never given a code of it", async () => {
    const { resolver } = await setUp(makeStore());
    await resolver.resolve(message({ subscriberId: "ann" }));
    await resolver.redeem("C0");
    const result = await resolver.preflight("welcome", ["ann", "ben"], { type: "auto-response" });
    expect(result).toMatchObject({ reuse: 1, needNew: 1, why: { "sign-up-offer": 1 } });
  });

  test("refuses an unknown offer and what is no subscriber", async () => {
    const { resolver } = await setUp(makeStore());
    await expect(resolver.preflight("nowhere", [])).rejects.toThrow(
      'offerId: expected the id of a saved offer, but got: "nowhere"',
    );
    await expect(resolver.preflight("welcome", ["ann", ""])).rejects.toThrow(
      'subscriberIds[1]: expected 1 to 255 bytes of text without control characters, braces, or blanks at its ends, but got: ""',
    );
  });
});
