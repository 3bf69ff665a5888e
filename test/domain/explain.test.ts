import { createResolver, explain, type Message, memoryStore, type OfferInput, type Resolution } from "offer-code";
import { describe, expect, test } from "vitest";
import { clockAt, DAY, instant, message, stock } from "../fixtures.js";

async function shop(offer: Partial<OfferInput> = {}) {
  const [store, clock] = [memoryStore(), clockAt()];
  await stock(store, offer);
  await store.recordSignUp("ann", "welcome");
  const resolver = createResolver({ store, now: clock.now });
  const said = async (fields: Partial<Message> = {}) => explain(await resolver.resolve(message(fields)));
  return { store, clock, resolver, said };
}
const NINETY_DAYS = { window: { type: "time-to-live", amount: 90, unit: "day" } } as const;
const EACH_MESSAGE = { window: { type: "time-to-live", amount: 0, unit: "day" } } as const;

test("a copy of an answer says what the answer says, and names its last day", async () => {
  const zones = ["UTC", "America/New_York", "Pacific/Auckland"];
  const windows = [
    { type: "custom-period" },
    NINETY_DAYS.window,
    EACH_MESSAGE.window,
    { type: "never-expires" },
  ] as const;
  for (const timeZone of zones) {
    for (const window of windows) {
      const store = memoryStore();
      await store.saveOffer({ id: "welcome", window, timeZone });
      await store.addCodes("welcome", { id: "b1", ...(window.type === "custom-period" && { endsOn: "2026-11-30" }) }, [
        "A1",
      ]);
      const answer = await createResolver({ store, now: clockAt().now }).resolve(message());
      expect(explain(structuredClone(answer))).toBe(explain(answer));
      if (window.type === "custom-period") expect(explain(answer)).toContain("valid until 30 November 2026");
    }
  }
});

describe("explain says in one sentence", () => {
  test("that a code is the first", async () => {
    expect(await (await shop()).said()).toBe(
      "Gets A1: the first code of this offer for this subscriber, never expires.",
    );
    expect(await (await shop(NINETY_DAYS)).said()).toBe(
      "Gets A1: the first code of this offer for this subscriber, valid until 1 February 2027.",
    );
  });

  test("that a code is kept", async () => {
    const { said, clock } = await shop(NINETY_DAYS);
    await said({ id: "m0" });
    clock.at += 89 * DAY;
    expect(await said()).toBe("Keeps A1: received 3 November 2026, not redeemed, valid until 1 February 2027.");
  });

  test("that a code expired or was redeemed, so there is a new one", async () => {
    const { said, clock, resolver } = await shop(NINETY_DAYS);
    await said({ id: "m0" });
    clock.at += 90 * DAY;
    expect(await said()).toBe("Gets B2: the code held before has expired, valid until 2 May 2027.");
    await resolver.redeem("B2");
    expect(await said({ id: "m2" })).toBe("Gets C3: the code held before is redeemed, valid until 2 May 2027.");
  });

  test("that each message gets a new code", async () => {
    const { said } = await shop(EACH_MESSAGE);
    expect(await said({ id: "m0" })).toBe(
      "Gets A1: the first code of this offer for this subscriber, for this message alone.",
    );
    expect(await said()).toBe("Gets B2: every message of this offer gets a new code, for this message alone.");
    expect(await said()).toBe("Keeps B2: claimed by this very message on 3 November 2026.");
  });

  test("that a message keeps its own code", async () => {
    const { said, clock } = await shop(NINETY_DAYS);
    await said();
    expect(await said()).toBe(
      "Keeps A1: claimed by this very message on 3 November 2026, valid until 1 February 2027.",
    );
    clock.at += 99 * DAY;
    expect(await said()).toBe("Keeps A1: claimed by this very message on 3 November 2026, expired 1 February 2027.");
  });

  test("that a message shows again what it has shown", async () => {
    const { resolver, said } = await shop();
    await said({ id: "m0" });
    const parts = message();
    await resolver.resolve(parts);
    await resolver.redeem("A1");
    expect(explain(await resolver.resolve(parts))).toBe(
      "Keeps A1: shown by this very message already, received 3 November 2026, not redeemed.",
    );
  });

  test("that a code is that of the sign-up offer", async () => {
    const { said, resolver } = await shop();
    expect(await said({ type: "auto-response" })).toBe("Gets A1: the first code of the sign-up offer, never expires.");
    await resolver.redeem("A1");
    expect(await said({ id: "m2", type: "already-subscribed" })).toBe(
      "Keeps A1: the first code of the sign-up offer, received 3 November 2026, redeemed, never expires.",
    );
  });

  test("that a code is a sample", async () => {
    const { resolver } = await shop();
    expect(explain(await resolver.peek(message()))).toBe(
      "Would get a new code such as S0: the first code of this offer for this subscriber, never expires.",
    );
  });

  test.each([
    ["pool-empty", "its pool is empty"],
    ["no-open-batch", "none of its batches is open today"],
    ["no-sign-up-offer", "the subscriber has no known sign-up offer"],
    ["unknown-offer", "there is no such offer"],
    ["store-unavailable", "the store cannot be reached"],
  ] as const)("that there is no code: %s", async (reason, text) => {
    const { resolver } = await shop();
    const answer: Resolution = { ...(await resolver.resolve(message({ offerId: "nowhere" }))), reason };
    expect(explain(answer)).toBe(`Gets no code: ${text}.`);
    expect(explain({ ...answer, code: "STATIC10", isFallback: true })).toBe(`Shows the fallback STATIC10: ${text}.`);
  });
});

test("days are those of the time zone asked for", async () => {
  const { clock, resolver } = await shop(NINETY_DAYS);
  clock.at = instant("2026-11-03T23:30:00-05:00");
  await resolver.resolve(message({ id: "m0" }));
  const kept = await resolver.resolve(message());
  expect(explain(kept)).toContain("received 4 November 2026");
  expect(explain(kept, { timeZone: "America/New_York" })).toContain("received 3 November 2026");
});

test("a code is valid until its last day, that of a batch or the day on which a time to live can last be used", async () => {
  const clock = clockAt(instant("2026-11-03T00:00:00Z"));
  const store = memoryStore();
  await store.saveOffer({ id: "welcome", ...NINETY_DAYS });
  await store.addCodes("welcome", { id: "b" }, ["A1", "B2"]);
  await store.saveOffer({ id: "dated", window: { type: "custom-period" } });
  await store.addCodes("dated", { id: "november", endsOn: "2026-11-30" }, ["N1", "N2"]);
  const resolver = createResolver({ store, now: clock.now });
  for (const [subscriberId, hour] of [
    ["ann", 0],
    ["ben", 9],
  ] as const) {
    clock.at = instant("2026-11-03T00:00:00Z") + hour * 3_600_000;
    const answer = await resolver.resolve(message({ offerId: "dated", subscriberId }));
    expect(explain(answer)).toContain("valid until 30 November 2026");
  }
  clock.at = instant("2026-11-03T00:00:00Z");
  const untilMidnight = await resolver.resolve(message());
  expect(untilMidnight).toMatchObject({ lastDay: "2027-01-31", expiresAt: new Date("2027-02-01T00:00:00Z") });
  expect(explain(untilMidnight)).toContain("valid until 31 January 2027");
});
