// The use cases of the windows, as docs/rules.md lists them.
import { createResolver, type Message, memoryStore, type Resolver } from "offer-code";
import { expect, test } from "vitest";
import { type Clock, clockAt, DAY, instant, message, stock } from "./fixtures.js";

function shop(at = instant("2026-11-03T12:00:00Z")) {
  const store = memoryStore();
  const clock = clockAt(at);
  return { store, clock, resolver: createResolver({ store, now: clock.now }) };
}

async function send(resolver: Resolver, fields: Partial<Message>) {
  const { code, reason } = await resolver.resolve(message(fields));
  return `${code} ${reason}`;
}

/** What five messages to one subscriber bring, `days` apart. */
async function codesEvery(days: number, resolver: Resolver, clock: Clock): Promise<(string | null)[]> {
  const codes = [];
  for (const id of ["m1", "m2", "m3", "m4", "m5"]) {
    codes.push((await resolver.resolve(message({ id, type: "journey" }))).code);
    clock.at += days * DAY;
  }
  return codes;
}

test("Only send one code per offer to a subscriber until it's been redeemed", async () => {
  const { store, clock, resolver } = shop();
  await stock(store, { window: { type: "never-expires" } });
  expect(await send(resolver, { id: "welcome journey", type: "journey" })).toBe("A1 first-code");
  clock.at += 300 * DAY;
  expect(await send(resolver, { id: "cart journey", type: "journey", channel: "sms" })).toBe("A1 still-valid");
  expect(await send(resolver, { id: "follow-up campaign", type: "campaign" })).toBe("A1 still-valid");
  await resolver.redeem("A1");
  expect(await send(resolver, { id: "next cart journey", type: "journey" })).toBe("B2 redeemed");
  expect(await send(resolver, { id: "next follow-up", type: "campaign" })).toBe("B2 still-valid");
});

test("Send a new code after a certain amount of time", async () => {
  const { store, clock, resolver } = shop();
  await stock(store, { window: { type: "time-to-live", amount: 90, unit: "day" } });
  expect(await send(resolver, { id: "opts in" })).toBe("A1 first-code");
  clock.at += 90 * DAY - 1;
  expect(await send(resolver, { id: "opts back in, in time" })).toBe("A1 still-valid");
  clock.at += 1;
  expect(await send(resolver, { id: "opts back in, 90 days later" })).toBe("B2 expired");
  clock.at += 89 * DAY;
  expect(await send(resolver, { id: "the new code has its own 90 days" })).toBe("B2 still-valid");
});

test("Send a new code after a specified date (expiration)", async () => {
  const { store, clock, resolver } = shop();
  await stock(store, { window: { type: "custom-period" }, timeZone: "America/New_York" }, [
    { id: "november", startsOn: "2026-11-01", endsOn: "2026-11-30", codes: ["NOV1", "NOV2"] },
    { id: "december", startsOn: "2026-12-01", endsOn: "2026-12-31", codes: ["DEC1", "DEC2"] },
  ]);
  expect(await send(resolver, { id: "m1" })).toBe("NOV1 first-code");
  clock.at = instant("2026-11-30T23:59:59.999-05:00");
  expect(await send(resolver, { id: "m2" })).toBe("NOV1 still-valid");
  clock.at += 1;
  expect(await send(resolver, { id: "m3" })).toBe("DEC1 expired");
  expect(await send(resolver, { id: "m4", subscriberId: "ben" })).toBe("DEC2 first-code");
  clock.at = instant("2027-01-01T00:00:00-05:00");
  expect(await send(resolver, { id: "m5" })).toBe("null no-open-batch");
});

test("Send a new code every time a subscriber qualifies for an offer", async () => {
  const codes = ["A1", "B2", "C3", "D4", "E5"];
  for (const days of [0, 1, 400]) {
    const { store, clock, resolver } = shop();
    await stock(store, { window: { type: "time-to-live", amount: 0, unit: "day" } }, [{ id: "b1", codes }]);
    expect(await codesEvery(days, resolver, clock)).toEqual(codes);
  }
});
