// What a process knows without asking, and when it asks after all.
import { setImmediate as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { createResolver, memoryStore, type OfferStore, type Resolver } from "offer-code";
import { redisStore } from "offer-code/redis";
import { describe, expect, onTestFinished, test } from "vitest";
import { known } from "../../../src/resolver/lookup.js";
import { clockAt, counted, DAY, left, message, stock } from "../../fixtures.js";
import { startFaultProxy } from "../../setup/fault-proxy.js";
import { eventually } from "../../setup/wait.js";
import { useRedisStores } from "../../store/redis-stores.js";

const stores = useRedisStores();

async function setUp({ cache = {}, offer = {} }: { cache?: false | object; offer?: object } = {}) {
  const clock = clockAt();
  const { store, calls } = counted(memoryStore());
  const resolver = createResolver({ store, cache, now: clock.now });
  await stock(store, offer);
  calls.length = 0;
  return { store, calls, clock, resolver };
}

test("a sign-up that was asked for before its subscriber was forgotten is not remembered", async () => {
  const store = memoryStore();
  let tell = () => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const resolver = createResolver({
    store: {
      ...store,
      async signUpOffers(subscriberIds) {
        const offerIds = await store.signUpOffers(subscriberIds);
        await told;
        return offerIds;
      },
    },
  });
  await stock(store);
  await stock(store, { id: "vip" }, [{ id: "b1", codes: ["V1"] }]);
  await store.recordSignUp("ann", "welcome");
  const early = resolver.resolve(message({ type: "auto-response" }));
  await pause();
  await store.forget("ann");
  await store.recordSignUp("ann", "vip");
  tell();
  expect(await early).toMatchObject({ offerId: "welcome" });
  expect(await resolver.resolve(message({ id: "m2", type: "auto-response" }))).toMatchObject({ offerId: "vip" });
});

test("a sign-up offer that is known here is read again after its subscriber was forgotten, also while no changes arrive", async () => {
  const real = memoryStore();
  let live = true;
  const store: OfferStore = { ...real, watch: () => ({ live: () => live, close: async () => {} }) };
  await stock(store);
  await stock(store, { id: "vip" }, [{ id: "b1", codes: ["V1"] }]);
  await store.recordSignUp("ann", "welcome");
  const resolver = createResolver({ store });
  expect(await resolver.resolve(message({ type: "auto-response" }))).toMatchObject({ offerId: "welcome" });
  live = false;
  await store.forget("ann");
  await store.recordSignUp("ann", "vip");
  expect(await resolver.resolve(message({ id: "m2", type: "auto-response" }))).toMatchObject({ offerId: "vip" });
});

describe("parts of one message show one code", () => {
  /** A store whose claims wait until they are let go. */
  function heldBack(real: OfferStore) {
    const waiting: (() => void)[] = [];
    let isOpen = true;
    const store: OfferStore = {
      ...real,
      async claim(request) {
        if (!isOpen) await new Promise<void>((go) => waiting.push(go));
        return real.claim(request);
      },
    };
    return {
      store,
      holdBack() {
        isOpen = false;
      },
      letGo() {
        isOpen = true;
        for (const go of waiting.splice(0)) go();
      },
    };
  }

  test("when two deliveries of it meet and the code is redeemed between their parts", async () => {
    const { store, holdBack, letGo } = heldBack(memoryStore());
    await stock(store);
    const resolver = createResolver({ store });
    await resolver.resolve(message({ id: "m0" }));
    const deliveries = [message(), message()];
    holdBack();
    const firstParts = deliveries.map((each) => resolver.resolve(each));
    await pause();
    letGo();
    for (const part of firstParts) expect(await part).toMatchObject({ code: "A1" });
    await store.redeem("A1", 0);
    for (const each of deliveries) expect(await resolver.resolve(each)).toMatchObject({ code: "A1" });
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "redeemed" });
  });

  test("when the cache is smaller than the number of subscribers between them", async () => {
    const store = memoryStore();
    await stock(store);
    const resolver = createResolver({ store, cache: { max: 1 } });
    for (const id of ["m0", "m1"]) await resolver.resolve(message({ id }));
    const mine = message({ id: "m2" });
    expect(await resolver.resolve(mine)).toMatchObject({ code: "A1" });
    await resolver.resolve(message({ subscriberId: "ben" }));
    await store.redeem("A1", 0);
    expect(await resolver.resolve(mine)).toMatchObject({ code: "A1" });
    expect(await resolver.resolve(message({ id: "m3" }))).toMatchObject({ code: "C3", reason: "redeemed" });
  });
});

describe("a code that this process knows", () => {
  test("is shown again to its own message without asking", async () => {
    const { resolver, calls } = await setUp();
    const mine = message();
    await resolver.resolve(mine);
    calls.length = 0;
    expect(await resolver.resolve(mine)).toMatchObject({ code: "A1", reason: "same-message", isNew: true });
    expect(calls).toEqual([]);
  });

  test("is asked for by a retry, which is another object: the message may have been released elsewhere", async () => {
    const [real, clock] = [memoryStore(), clockAt()];
    const { store } = counted(real);
    await stock(store);
    // What the other process changes arrives late, as over a slow network.
    const late = { ...store, watch: () => ({ live: () => true, close: async () => {} }) };
    const [here, there] = [late, store].map((each) => createResolver({ store: each, now: clock.now }));
    expect(await here?.resolve(message())).toMatchObject({ code: "A1" });
    expect(await there?.release(message())).toMatchObject({ status: "released" });
    expect(await there?.resolve(message({ subscriberId: "ben" }))).toMatchObject({ code: "A1" });
    expect(await here?.resolve(message())).toMatchObject({ code: "B2" });
  });

  test("is asked for once more by the next message, which marks it as shared, and then no more", async () => {
    const { resolver, calls } = await setUp();
    await resolver.resolve(message({ id: "m0" }));
    calls.length = 0;
    for (const id of ["m1", "m2", "m3"]) {
      expect(await resolver.resolve(message({ id }))).toMatchObject({ code: "A1", reason: "still-valid" });
    }
    expect(calls).toEqual(["claim"]);
    expect(await resolver.release(message({ id: "m0" }))).toEqual({ status: "shared" });
  });

  test("is judged by the clock each time", async () => {
    const { resolver, clock, calls } = await setUp({
      cache: { maxAge: 99 * DAY },
      offer: { window: { type: "time-to-live", amount: 10, unit: "day" } },
    });
    for (const id of ["m0", "m1"]) await resolver.resolve(message({ id }));
    calls.length = 0;
    clock.at += 10 * DAY - 1;
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "A1" });
    expect(calls).toEqual([]);
    clock.at += 1;
    expect(await resolver.resolve(message({ id: "m3" }))).toMatchObject({ code: "B2", reason: "expired" });
  });

  test("is asked for again when its age runs out, and when the clock goes back", async () => {
    const { resolver, clock, calls } = await setUp({ cache: { maxAge: 1000 } });
    for (const id of ["m0", "m1"]) await resolver.resolve(message({ id }));
    for (const [by, asked] of [
      [1000, []],
      [1, ["claim"]],
      [-500, ["claim"]],
    ] as const) {
      calls.length = 0;
      clock.at += by;
      await resolver.resolve(message({ id: `m ${by}` }));
      expect(calls).toEqual(asked);
    }
  });

  test("is asked for every time without a cache, and nothing is watched", async () => {
    const { resolver, calls } = await setUp({ cache: false });
    await resolver.resolve(message());
    calls.length = 0;
    await resolver.resolve(message());
    await resolver.resolve(message());
    expect(calls).toEqual(["claim", "claim"]);
    await resolver.close();
  });

  test("is replaced at once when it is redeemed or released here", async () => {
    const { resolver } = await setUp();
    for (const id of ["m0", "m1"]) await resolver.resolve(message({ id }));
    await resolver.redeem("A1");
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "redeemed" });
    expect(await resolver.release(message({ id: "m2" }))).toEqual({ status: "released", code: "B2" });
    expect(await resolver.resolve(message({ id: "m3" }))).toMatchObject({ code: "B2", reason: "redeemed" });
  });

  test("is asked for again when the offer changes, so that a code given elsewhere under another window is seen", async () => {
    const { store, resolver, clock } = await setUp();
    const elsewhere = createResolver({ store, now: clock.now, cache: false });
    for (const id of ["m0", "m1"]) await resolver.resolve(message({ id }));
    await store.saveOffer({ id: "welcome", window: { type: "time-to-live", amount: 0, unit: "day" } });
    expect(await elsewhere.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2" });
    await store.saveOffer({ id: "welcome", window: { type: "never-expires" } });
    await resolver.resolve(message({ subscriberId: "ben" }));
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "same-message" });
    expect(await resolver.resolve(message({ id: "m3" }))).toMatchObject({ code: "B2", reason: "still-valid" });
  });

  test("is found without the store, and what is not known is not found", async () => {
    const { resolver, calls } = await setUp();
    const mine = message();
    expect(known(resolver, mine)).toBeUndefined();
    await resolver.resolve(mine);
    calls.length = 0;
    expect(known(resolver, mine)).toMatchObject({ code: "A1", reason: "same-message" });
    expect(known(resolver, message({ id: "m2" }))).toBeUndefined();
    expect(known(resolver, message({ type: "auto-response" }))).toBeUndefined();
    expect(calls).toEqual([]);
    await resolver.close();
    expect(known(resolver, mine)).toBeUndefined();
  });
});

describe("processes that share a Redis", () => {
  /** Two resolvers, each over a store and a connection of its own, which hear of each other. */
  async function twoProcesses(offer = {}): Promise<[Resolver, Resolver, OfferStore]> {
    const pair = stores.makePair();
    await stock(pair[0], offer);
    const resolvers = pair.map((store) => createResolver({ store, now: () => 0 })) as [Resolver, Resolver];
    onTestFinished(() => Promise.all(resolvers.map((resolver) => resolver.close())).then(() => {}));
    for (const resolver of resolvers) await isWatching(resolver);
    return [...resolvers, pair[0]];
  }

  /** Resolves when a code shown is shown again without asking. */
  async function isWatching(resolver: Resolver): Promise<void> {
    for (const id of ["m0", "m1"]) await resolver.resolve(message({ id }));
    await eventually(async () => {
      await resolver.resolve(message({ id: "m1" }));
      return known(resolver, message({ id: "any other" })) !== undefined;
    }, "a live watch");
  }

  test("a redemption in one is seen by the other, which had the code in its cache", async () => {
    const [here, there] = await twoProcesses();
    expect(known(there, message({ id: "m2" }))).toMatchObject({ code: "A1" });
    await here.redeem("A1");
    await eventually(() => known(there, message({ id: "m2" })) === undefined, "news of the redemption");
    expect(await there.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "redeemed" });
  });

  test("an offer changed in one is judged by its new window in the other", async () => {
    const [, there, store] = await twoProcesses();
    await store.saveOffer({ id: "welcome", window: { type: "time-to-live", amount: 0, unit: "day" } });
    await eventually(() => known(there, message({ id: "m2" })) === undefined, "news of the change");
    expect(await there.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "new-each-message" });
  });

  test("a person forgotten in one is unknown to the other", async () => {
    const [, there, store] = await twoProcesses();
    await store.recordSignUp("ann", "welcome");
    expect(await there.resolve(message({ type: "auto-response" }))).toMatchObject({ code: "A1" });
    await store.forget("ann");
    await eventually(() => known(there, message({ id: "m2" })) === undefined, "news");
    expect(await there.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "first-code" });
    expect(await there.resolve(message({ id: "m3", type: "auto-response" }))).toMatchObject({
      reason: "no-sign-up-offer",
    });
  });

  test("while the news cannot be heard nothing known is trusted, and afterwards only what is asked anew", async () => {
    const proxy = await startFaultProxy(stores.server);
    const client = new Redis(proxy.url, { commandTimeout: 30_000 });
    client.on("error", () => {});
    onTestFinished(() => {
      client.disconnect();
      proxy.close();
    });
    const prefix = stores.prefix();
    const direct = redisStore(stores.client, { prefix });
    const resolver = createResolver({ store: redisStore(client, { prefix }), now: () => 0 });
    onTestFinished(() => resolver.close());
    await stock(direct);
    await isWatching(resolver);

    const deaf = proxy.cutRequest("SUBSCRIBE");
    proxy.cutAll();
    await eventually(() => known(resolver, message({ id: "m2" })) === undefined, "the loss to be noticed");
    await direct.redeem("A1", 0);
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "redeemed" });
    expect(await resolver.resolve(message({ id: "m3" }))).toMatchObject({ code: "B2", reason: "still-valid" });
    expect(known(resolver, message({ id: "m4" }))).toBeUndefined();

    deaf.end();
    await isWatching(resolver);
    expect(known(resolver, message({ id: "m5" }))).toMatchObject({ code: "B2" });
    expect(await left(direct)).toBe(1);
  });
});
