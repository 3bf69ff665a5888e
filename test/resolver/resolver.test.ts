import { Redis } from "ioredis";
import {
  createResolver,
  type Message,
  memoryStore,
  OfferUnavailableError,
  StoreUnavailableError,
  type WhenUnavailable,
} from "offer-code";
import { redisStore } from "offer-code/redis";
import { describe, expect, onTestFinished, test } from "vitest";
import { offerUnavailable } from "../../src/internal.js";
import { known } from "../../src/resolver/lookup.js";
import { clockAt, codeList, copyOf, DAY, HOUR, left, message, NOON, stock } from "../fixtures.js";
import { startRedis } from "../setup/redis.js";
import { eventually } from "../setup/wait.js";

async function setUp(offer = {}) {
  const [store, clock] = [memoryStore(), clockAt()];
  await stock(store, offer);
  return { store, clock, resolver: createResolver({ store, now: clock.now }) };
}

describe("resolve", () => {
  test("answers for the offer named, before the message's own", async () => {
    const { store, resolver } = await setUp();
    await stock(store, { id: "vip" }, [{ id: "b1", codes: ["V1"] }]);
    expect(await resolver.resolve(message(), "vip")).toMatchObject({ offerId: "vip", code: "V1" });
    expect(await resolver.resolve(message())).toMatchObject({ offerId: "welcome", code: "A1" });
    const { offerId: _, ...bare } = message({ subscriberId: "ben" });
    expect(await resolver.resolve(bare, "welcome")).toMatchObject({ code: "B2" });
    await expect(resolver.resolve(bare)).rejects.toThrow(
      "message.offerId: expected an offer id, as the template names none, but got: undefined",
    );
  });

  test("keeps codes of different offers apart", async () => {
    const { store, resolver } = await setUp();
    await stock(store, { id: "vip" }, [{ id: "b1", codes: ["V1"] }]);
    await resolver.resolve(message());
    await resolver.redeem("A1");
    expect(await resolver.resolve(message({ id: "m2" }), "vip")).toMatchObject({ code: "V1", reason: "first-code" });
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "redeemed" });
  });

  test("checks a message object again when one of its fields changed", async () => {
    const { resolver } = await setUp();
    const reused = message();
    expect(await resolver.resolve(reused)).toMatchObject({ code: "A1" });
    reused.subscriberId = "ben";
    expect(await resolver.resolve(reused)).toMatchObject({ code: "B2" });
    reused.subscriberId = "";
    await expect(resolver.resolve(reused)).rejects.toThrow("message.subscriberId: expected");
  });

  test("shows one code in all parts of a message, even when it expires or is redeemed between two of them", async () => {
    const { clock, resolver } = await setUp({ window: { type: "time-to-live", amount: 1, unit: "hour" } });
    await resolver.resolve(message({ id: "m0" }));
    clock.at += HOUR - 1;
    const parts = message();
    expect(await resolver.resolve(parts)).toMatchObject({ code: "A1", reason: "still-valid" });
    clock.at += 1000;
    expect(await resolver.resolve(parts)).toMatchObject({ code: "A1", reason: "same-message", isNew: false });
    await resolver.redeem("A1");
    expect(await resolver.resolve(parts)).toMatchObject({ code: "A1", reason: "same-message" });
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "redeemed" });
  });

  test.each([
    "caching",
    "asking the store every time",
  ])("%s, shows it also when another message was given a newer code in between", async (how) => {
    const [store, clock] = [memoryStore(), clockAt()];
    await stock(store, { window: { type: "time-to-live", amount: 1, unit: "hour" } });
    const resolver = createResolver({ store, now: clock.now, ...(how !== "caching" && { cache: false }) });
    await resolver.resolve(message({ id: "m0" }));
    clock.at += HOUR - 1;
    const parts = message();
    expect(await resolver.resolve(parts)).toMatchObject({ code: "A1", reason: "still-valid" });
    clock.at += 1000;
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "expired" });
    expect(await resolver.resolve(message({ id: "m3" }))).toMatchObject({ code: "B2", reason: "still-valid" });
    expect(await resolver.resolve(parts)).toMatchObject({ code: "A1", reason: "same-message" });
  });

  test("sends a message that comes back after a minute by the rule", async () => {
    const { clock, resolver } = await setUp();
    await resolver.resolve(message({ id: "m0" }));
    const late = message();
    await resolver.resolve(late);
    await resolver.redeem("A1");
    clock.at += 60_001;
    expect(await resolver.resolve(late)).toMatchObject({ code: "B2", reason: "redeemed" });
  });

  test("meets an offer that is created later", async () => {
    const store = memoryStore();
    const resolver = createResolver({ store });
    expect(await resolver.resolve(message())).toMatchObject({ code: null, reason: "unknown-offer" });
    expect(resolver.offer("welcome")).toBeUndefined();
    await stock(store, { name: "10% off" });
    expect(await resolver.resolve(message())).toMatchObject({ code: "A1" });
    expect(resolver.offer("welcome")).toMatchObject({ name: "10% off" });
  });

  test("hands out codes that are uploaded after the pool was empty", async () => {
    const { store, resolver } = await setUp();
    for (const subscriberId of codeList("s", 3)) await resolver.resolve(message({ subscriberId }));
    expect(await resolver.resolve(message())).toMatchObject({ code: null, reason: "pool-empty" });
    await store.addCodes("welcome", { id: "b1" }, ["D4"]);
    expect(await resolver.resolve(message())).toMatchObject({ code: "D4", reason: "first-code" });
  });
});

test("resolveMany answers in the order of its messages", async () => {
  const { store, resolver } = await setUp({});
  await stock(store, { id: "vip" }, [{ id: "b1", codes: codeList("V", 9) }]);
  await resolver.resolve(message({ id: "m0", subscriberId: "s2" }));
  const messages = codeList("s", 6).map((subscriberId, at) =>
    message({ id: `m ${at}`, subscriberId, offerId: at % 2 === 0 ? "welcome" : "vip" }),
  );
  messages.push(message({ offerId: "nowhere" }), message({ type: "auto-response" }));
  const answers = await resolver.resolveMany(messages);
  expect(answers.map(({ code, reason }) => code ?? reason)).toEqual([
    "B2",
    "V0",
    "A1",
    "V1",
    "C3",
    "V2",
    "unknown-offer",
    "no-sign-up-offer",
  ]);
  expect(await resolver.resolveMany([])).toEqual([]);
});

describe("redeem", () => {
  test("takes an instant as a date, as milliseconds, or now", async () => {
    const { resolver } = await setUp();
    expect(await resolver.redeem("a1")).toMatchObject({ status: "redeemed", code: "A1", redeemedAt: new Date(NOON) });
    expect(await resolver.redeem("b2", { at: new Date(5) })).toMatchObject({ redeemedAt: new Date(5) });
    expect(await resolver.redeem("c3", { at: 7 })).toMatchObject({ redeemedAt: new Date(7) });
    expect(await resolver.redeem("c3")).toMatchObject({ status: "already-redeemed", redeemedAt: new Date(7) });
    expect(await resolver.redeem("z9")).toEqual({ status: "unknown-code" });
    expect(await resolver.redeem("c3", 9)).toMatchObject({ redeemedAt: new Date(7) });
    await expect(resolver.redeem("c3", { on: 7 } as object)).rejects.toThrow("options.on: expected no such field");
  });
});

describe("release", () => {
  test("gives back what the message claimed, and the next is given that code", async () => {
    const { resolver } = await setUp();
    await resolver.resolve(message());
    expect(await resolver.release(message())).toEqual({ status: "released", code: "A1" });
    expect(await resolver.release(message())).toEqual({ status: "nothing-claimed" });
    expect(await resolver.resolve(message({ subscriberId: "ben" }))).toMatchObject({ code: "A1" });
    expect(await resolver.resolve(message())).toMatchObject({ code: "B2", reason: "first-code", isNew: true });
  });

  test("leaves the subscriber with the code held before", async () => {
    const { clock, resolver } = await setUp({ window: { type: "time-to-live", amount: 1, unit: "day" } });
    await resolver.resolve(message({ id: "m0" }));
    clock.at += DAY;
    await resolver.resolve(message());
    await resolver.release(message());
    clock.at -= 1;
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "A1", reason: "still-valid" });
  });

  test("gives back the code of the sign-up offer or of a named offer", async () => {
    const { store, resolver } = await setUp();
    await stock(store, { id: "vip" }, [{ id: "b1", codes: ["V1"] }]);
    await store.recordSignUp("ann", "vip");
    const response = message({ type: "auto-response" });
    await resolver.resolve(response);
    expect(await resolver.release(response)).toEqual({ status: "released", code: "V1" });
    await resolver.resolve(message(), "vip");
    expect(await resolver.release(message())).toEqual({ status: "nothing-claimed" });
    expect(await resolver.release(message(), "vip")).toEqual({ status: "released", code: "V1" });
    expect(await resolver.release(message({ type: "auto-response", subscriberId: "ben" }))).toEqual({
      status: "nothing-claimed",
    });
  });
});

describe.each(["auto-response", "already-subscribed"] as const)("an %s message", (type) => {
  async function shop() {
    const made = await setUp();
    await stock(made.store, { id: "vip" }, [{ id: "b1", codes: ["V1", "V2"] }]);
    return made;
  }

  test("means the recorded sign-up offer, whatever offer the message or the template names", async () => {
    const { store, resolver } = await shop();
    await store.recordSignUp("ann", "vip");
    expect(await resolver.resolve(message({ type }))).toMatchObject({ offerId: "vip", code: "V1", isNew: true });
    expect(await resolver.resolve(message({ type, id: "m2" }), "welcome")).toMatchObject({ code: "V1", isNew: false });
    expect(await resolver.peek(message({ type, id: "m3" }), "welcome")).toMatchObject({ offerId: "vip", code: "V1" });
    expect(await left(store)).toBe(3);
  });

  test("means the sign-up offer that the message knows, before the recorded one", async () => {
    const { store, resolver } = await shop();
    await store.recordSignUp("ann", "welcome");
    expect(await resolver.resolve(message({ type, signUpOfferId: "vip" }))).toMatchObject({ code: "V1" });
  });

  test("shows what a campaign gave first, and a campaign keeps what it gave first", async () => {
    const { store, resolver } = await shop();
    await store.recordSignUp("ann", "welcome");
    await resolver.resolve(message({ id: "m0" }));
    expect(await resolver.resolve(message({ type }))).toMatchObject({ code: "A1", isNew: false });
    await store.recordSignUp("ben", "welcome");
    await resolver.resolve(message({ type, subscriberId: "ben" }));
    expect(await resolver.resolve(message({ id: "m2", subscriberId: "ben" }))).toMatchObject({
      code: "B2",
      reason: "still-valid",
    });
  });

  test("finds a sign-up that is recorded after it was missed", async () => {
    const { store, resolver } = await shop();
    expect(await resolver.resolve(message({ type }))).toMatchObject({ code: null, reason: "no-sign-up-offer" });
    await store.recordSignUp("ann", "vip");
    expect(await resolver.resolve(message({ type }))).toMatchObject({ code: "V1" });
  });

  test("is unavailable when the sign-up offer is not there", async () => {
    const { store, resolver } = await shop();
    await store.recordSignUp("ann", "gone");
    expect(await resolver.resolve(message({ type }))).toMatchObject({ offerId: "gone", reason: "unknown-offer" });
  });
});

describe("an offer that has no code to give", () => {
  const answerWith = async (whenUnavailable: WhenUnavailable, asked: Message = message()) => {
    const store = memoryStore();
    await store.saveOffer({ id: "welcome", whenUnavailable });
    return createResolver({ store }).resolve(asked);
  };
  const nothing = {
    offerId: "welcome",
    offerName: null,
    onMissing: "abort",
    code: null,
    reason: "pool-empty",
    isNew: false,
    isFallback: false,
    isSample: false,
    batch: null,
    issuedAt: null,
    expiresAt: null,
    lastDay: null,
    daysLeft: null,
    redeemed: false,
  };

  test("answers no code, whether the message is to stop or the code to be left out", async () => {
    expect(await answerWith({ action: "abort" })).toEqual(nothing);
    expect(await answerWith({ action: "omit" })).toEqual({ ...nothing, onMissing: "omit" });
  });

  test("answers its fallback, marked as such", async () => {
    const answer = await answerWith({ action: "fallback", code: "STATIC10" });
    expect(answer).toEqual({ ...nothing, onMissing: "fallback", code: "STATIC10", isFallback: true });
  });

  test("answers a real code as soon as there is one, whatever was shown before", async () => {
    const store = memoryStore();
    await store.saveOffer({ id: "welcome", whenUnavailable: { action: "fallback", code: "STATIC10" } });
    const resolver = createResolver({ store });
    const mine = message();
    expect(await resolver.resolve(mine)).toMatchObject({ code: "STATIC10" });
    await store.addCodes("welcome", { id: "b1" }, ["A1"]);
    expect(await resolver.resolve(mine)).toMatchObject({ code: "A1", isFallback: false });
  });

  test("stops a message with an error that says which, for whom and why", async () => {
    const error = offerUnavailable(await answerWith({ action: "abort" }), "ann");
    expect(error).toBeInstanceOf(OfferUnavailableError);
    expect(error.message).toBe('Offer "welcome" has no code for subscriber "ann": its pool is empty (pool-empty)');
    expect(error.resolution).toEqual(nothing);
    const { offerId: _, ...unnamed } = message({ type: "auto-response" });
    expect(offerUnavailable(await answerWith({ action: "abort" }, unnamed), "ann").message).toBe(
      'The offer has no code for subscriber "ann": the subscriber has no known sign-up offer (no-sign-up-offer)',
    );
  });
});

describe("a Redis that is down", () => {
  async function shop(options: { serveStaleOnError?: boolean } = {}) {
    const server = await startRedis();
    const client = new Redis(server.url, { commandTimeout: 30_000 });
    client.on("error", () => {});
    onTestFinished(() => client.disconnect());
    const store = redisStore(client, { timeout: 1_500 });
    const resolver = createResolver({ store, now: () => NOON, ...options });
    onTestFinished(() => resolver.close());
    await stock(store, { whenUnavailable: { action: "fallback", code: "STATIC10" } });
    for (const id of ["m0", "m1"]) await resolver.resolve(message({ id }));
    await eventually(async () => {
      await resolver.resolve(message({ id: "m1" }));
      return known(resolver, message({ id: "any" })) !== undefined;
    }, "a live watch");
    await server.stop();
    await eventually(() => known(resolver, message({ id: "any" })) === undefined, "the loss to be noticed");
    return { server, resolver };
  }

  test("is an answer with its reason and its cause, and the offer's fallback where the offer is known", async () => {
    const { resolver } = await shop();
    const known = await resolver.resolve(message({ id: "m2" }));
    expect(known).toMatchObject({ code: "STATIC10", reason: "store-unavailable", isFallback: true });
    const unknown = await resolver.resolve(message({ offerId: "vip" }));
    expect(unknown).toMatchObject({ offerId: "vip", code: null, reason: "store-unavailable" });
    const response = await resolver.resolve(message({ type: "auto-response" }));
    expect(response).toMatchObject({ code: null, reason: "store-unavailable" });
    expect(await resolver.peek(message())).toMatchObject({ reason: "store-unavailable" });
    for (const answer of [known, unknown, response]) {
      expect(offerUnavailable(answer, "ann").cause).toBeInstanceOf(StoreUnavailableError);
    }
    await expect(resolver.redeem("A1")).rejects.toThrow(StoreUnavailableError);
    await expect(resolver.release(message())).rejects.toThrow(StoreUnavailableError);
  });

  test("shows held codes only where that is asked for", async () => {
    const { resolver } = await shop({ serveStaleOnError: true });
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "A1", reason: "still-valid" });
    expect(await resolver.resolve(message({ subscriberId: "ben" }))).toMatchObject({ reason: "store-unavailable" });
  });

  test("gives codes again when it is back", async () => {
    const { server, resolver } = await shop();
    await server.restart();
    await eventually(async () => (await resolver.resolve(message())).reason !== "store-unavailable", "Redis");
    expect(await resolver.resolve(message())).toMatchObject({ reason: "unknown-offer" });
  });
});

describe("a resolver that is closed", () => {
  test("resolves no more, and closing it again does nothing", async () => {
    const { resolver } = await setUp();
    await resolver.resolve(message());
    await resolver.close();
    await resolver.close();
    await expect(resolver.resolve(message())).rejects.toThrow("this resolver is closed");
    await expect(resolver.resolveMany([message()])).rejects.toThrow("this resolver is closed");
  });

  test("leaves the caller's Redis client and store open", async () => {
    const server = await startRedis();
    const client = new Redis(server.url, { commandTimeout: 30_000 });
    onTestFinished(() => client.disconnect());
    const store = redisStore(client);
    await stock(store);
    const resolver = createResolver({ store });
    await resolver.resolve(message());
    await resolver.close();
    expect(await client.ping()).toBe("PONG");
    await eventually(async () => !/cmd=subscribe/.test(String(await client.client("LIST"))), "no subscription left");
    expect(await createResolver({ store, cache: false }).resolve(copyOf(message()))).toMatchObject({ code: "A1" });
  });
});
