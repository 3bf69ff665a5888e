import { setImmediate as pause } from "node:timers/promises";
import { createResolver, memoryStore, type OfferStore, type Resolution, type Resolver } from "offer-code";
import { describe, expect, test } from "vitest";
import { known } from "../../src/resolver/lookup.js";
import { clockAt, codeList, copyOf, counted, DAY, left, message, NOON, stock } from "../fixtures.js";
import { eventually } from "../setup/wait.js";
import { useRedisStores } from "../store/redis-stores.js";

const stores = useRedisStores();
const KINDS: [string, () => OfferStore][] = [
  ["memoryStore", memoryStore],
  ["redisStore", stores.make],
];
const EACH_MESSAGE = { window: { type: "time-to-live", amount: 0, unit: "day" } } as const;
const TEN_DAYS = { window: { type: "time-to-live", amount: 10, unit: "day" } } as const;

async function setUp(real: OfferStore, offer = {}, count = 3, id = "welcome") {
  await stock(real, { ...offer, id }, [{ id: "b1", codes: codeList("C", count) }]);
  const clock = clockAt();
  const { store, claims, calls } = counted(real);
  return { real, clock, claims, calls, resolver: createResolver({ store, now: clock.now }) };
}

/** Resolves once changes arrive, from when on what is known is used. The code that this takes goes back. */
async function isWatching(resolver: Resolver): Promise<void> {
  const probe = message({ id: "probe", subscriberId: "nobody" });
  await eventually(async () => {
    await resolver.resolve(probe);
    return known(resolver, probe) !== undefined;
  }, "a live watch");
  await resolver.release(probe);
}

describe.each(KINDS)("over %s", (_, makeStore) => {
  test("claims of one tick go to the store in one call, and each message gets its own code", async () => {
    const { resolver, claims } = await setUp(makeStore(), {}, 100);
    const messages = codeList("s", 100).map((subscriberId) => message({ subscriberId }));
    const answers = await Promise.all(messages.map((each) => resolver.resolve(each)));
    expect(answers.map(({ code }) => code)).toEqual(codeList("C", 100));
    expect(claims.map(({ items }) => items.length)).toEqual([100]);
  });

  test("a great many claims are split into calls of 250", async () => {
    const { resolver, claims } = await setUp(makeStore(), {}, 600);
    const messages = codeList("s", 600).map((subscriberId) => message({ subscriberId }));
    const answers = await resolver.resolveMany(messages);
    expect(new Set(answers.map(({ code }) => code)).size).toBe(600);
    expect(claims.map(({ items }) => items.length)).toEqual([250, 250, 100]);
  });

  test("each offer is asked once", async () => {
    const { real, resolver, claims } = await setUp(makeStore(), {}, 10);
    await stock(real, { id: "vip" }, [{ id: "b1", codes: codeList("V", 10) }]);
    const messages = codeList("s", 10).map((subscriberId) => message({ subscriberId }));
    await Promise.all(messages.flatMap((each) => [resolver.resolve(each), resolver.resolve(each, "vip")]));
    expect(claims.map(({ offerId, items }) => [offerId, items.length]).sort()).toEqual([
      ["vip", 10],
      ["welcome", 10],
    ]);
  });

  test("any number of messages to one subscriber may ask at once", async () => {
    const messages = codeList("m", 60).map((id) => message({ id }));
    const kept = await (await setUp(makeStore(), {}, 60)).resolver.resolveMany(messages);
    expect(kept.map(({ code }) => code)).toEqual(Array(60).fill("C0"));
    const each = await (await setUp(makeStore(), EACH_MESSAGE, 60)).resolver.resolveMany(messages);
    expect(each.map(({ code }) => code).sort()).toEqual(codeList("C", 60).sort());
    const { resolver } = await setUp(makeStore(), EACH_MESSAGE, 60);
    const turnByTurn: Promise<Resolution>[] = [];
    for (const each of messages) {
      turnByTurn.push(resolver.resolve(each));
      await pause();
    }
    const codes = (await Promise.all(turnByTurn)).map(({ code }) => code);
    expect(codes).toEqual(codeList("C", 60));
  });

  test("a message that waits for another one to the same subscriber is judged by the time when it asks", async () => {
    const { real, clock } = await setUp(makeStore(), TEN_DAYS);
    await createResolver({ store: real, now: clock.now }).resolve(message({ id: "m0" }));
    let late: Promise<Resolution> | undefined;
    const store: OfferStore = {
      ...real,
      async claim(request) {
        const reply = await real.claim(request);
        clock.at = NOON + 10 * DAY;
        late ??= resolver.resolve(message({ id: "m2" }));
        return reply;
      },
    };
    const resolver = createResolver({ store, now: clock.now });
    expect(await resolver.resolve(message({ id: "m1" }))).toMatchObject({ code: "C0", reason: "still-valid" });
    expect(await late).toMatchObject({ code: "C1", reason: "expired" });
  });

  test("parts of one message that ask at once share one code, with a time to live of 0 as well", async () => {
    const { real, resolver, claims } = await setUp(makeStore(), EACH_MESSAGE);
    const mine = message();
    const parts = [mine, mine, copyOf(mine), copyOf(mine)].map((part) => resolver.resolve(part));
    expect((await Promise.all(parts)).map(({ code, reason }) => [code, reason])).toEqual(
      Array(4).fill(["C0", "first-code"]),
    );
    expect(claims.map(({ items }) => items.length)).toEqual([1]);
    expect(await resolver.resolve(copyOf(mine))).toMatchObject({ code: "C0", reason: "same-message" });
    expect(await left(real)).toBe(2);
  });

  test("messages to one subscriber that ask at once get one code, or one each when the time to live is 0", async () => {
    const messages = ["m1", "m2", "m3"].map((id) => message({ id }));
    const once = await setUp(makeStore());
    expect((await once.resolver.resolveMany(messages)).map(({ code, reason }) => `${code} ${reason}`)).toEqual([
      "C0 first-code",
      "C0 still-valid",
      "C0 still-valid",
    ]);
    const each = await setUp(makeStore(), EACH_MESSAGE);
    expect((await each.resolver.resolveMany(messages)).map(({ code, reason }) => `${code} ${reason}`)).toEqual([
      "C0 first-code",
      "C1 new-each-message",
      "C2 new-each-message",
    ]);
  });

  test("resolvers that do not know of each other agree on one code", async () => {
    const { real, clock, resolver } = await setUp(makeStore());
    const other = createResolver({ store: real, now: clock.now, cache: false });
    const answers = await Promise.all(
      ["m1", "m2", "m3", "m4"].flatMap((id) => [resolver.resolve(message({ id })), other.resolve(message({ id }))]),
    );
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(["C0"]));
    expect(answers.filter(({ reason }) => reason === "first-code").length).toBeGreaterThan(0);
    expect(await left(real)).toBe(2);
  });

  test("two resolvers replace an expired code once", async () => {
    const { real, clock, resolver } = await setUp(makeStore(), TEN_DAYS);
    const other = createResolver({ store: real, now: clock.now });
    await resolver.resolve(message({ id: "m0" }));
    await other.resolve(message({ id: "m0" }));
    clock.at += 10 * DAY;
    const answers = await Promise.all([resolver, other].map((one, n) => one.resolve(message({ id: `m${n + 1}` }))));
    expect(answers.map(({ code }) => code)).toEqual(["C1", "C1"]);
    expect(answers.map(({ reason }) => reason).sort()).toEqual(["expired", "still-valid"]);
    expect(await left(real)).toBe(1);
  });

  test("a new code in place of a known outdated one takes one call", async () => {
    const { clock, resolver, claims } = await setUp(makeStore(), { window: TEN_DAYS.window });
    await resolver.resolve(message({ id: "m0" }));
    clock.at += 30_000;
    await resolver.resolve(message({ id: "m1" }));
    expect(claims).toHaveLength(2);
    const each = await setUp(makeStore(), EACH_MESSAGE);
    await isWatching(each.resolver);
    each.claims.length = 0;
    for (const id of ["m0", "m1", "m2"]) await each.resolver.resolve(message({ id }));
    expect(each.claims.map(({ items }) => items[0]?.holding?.[0].code)).toEqual([undefined, "C0", "C1"]);
  });

  test("an offer that changes while a claim is under way is judged as it is then: who keeps a code gets no other", async () => {
    const { real, clock, resolver } = await setUp(makeStore(), EACH_MESSAGE);
    await resolver.resolve(message({ id: "m0" }));
    const unheard = createResolver({ store: { ...real, watch: deafWatch }, now: clock.now });
    await unheard.resolve(message({ id: "m0" }));
    await real.saveOffer({ id: "welcome", window: { type: "never-expires" } });
    expect(await unheard.resolve(message({ id: "m1" }))).toMatchObject({
      code: "C0",
      reason: "still-valid",
      isNew: false,
    });
    expect(await left(real)).toBe(2);
  });

  test("a batch that opens while a claim is under way is drawn from", async () => {
    const { real, clock } = await setUp(makeStore(), {}, 1);
    const unheard = createResolver({ store: { ...real, watch: deafWatch }, now: clock.now });
    await unheard.resolve(message({ subscriberId: "ann" }));
    await real.addCodes("welcome", { id: "b2" }, ["D0"]);
    expect(await unheard.resolve(message({ subscriberId: "ben" }))).toMatchObject({ code: "D0", batch: "b2" });
  });
});

test("an offer that changes under every try is given up on, and nothing is claimed", async () => {
  const { real, clock } = await setUp(memoryStore());
  const restless: OfferStore = {
    ...real,
    async claim(request) {
      await real.saveOffer({ id: "welcome", name: `${Math.random()}` });
      return real.claim(request);
    },
  };
  const answer = await createResolver({ store: restless, now: clock.now }).resolve(message());
  expect(answer).toMatchObject({ code: null, reason: "store-unavailable" });
  expect(await left(real)).toBe(3);
});

test("an error that is no outage is thrown, to every message that asked", async () => {
  const { real } = await setUp(memoryStore());
  const broken = { ...real, claim: () => Promise.reject(new TypeError("a bug")) };
  const resolver = createResolver({ store: broken });
  const asked = ["m1", "m2"].map((id) => resolver.resolve(message({ id, subscriberId: id })));
  for (const answer of asked) await expect(answer).rejects.toThrow(new TypeError("a bug"));
});

test("the clock is read once for all claims of one call", async () => {
  const { real } = await setUp(memoryStore(), {}, 10);
  let at = NOON;
  const resolver = createResolver({ store: real, now: () => at++ });
  const answers = await resolver.resolveMany(codeList("s", 10).map((subscriberId) => message({ subscriberId })));
  expect(new Set(answers.map(({ issuedAt }) => issuedAt?.getTime())).size).toBe(1);
});

/** A watch that is live and receives nothing: changes may be late. */
function deafWatch() {
  return { live: () => true, close: async () => {} };
}
