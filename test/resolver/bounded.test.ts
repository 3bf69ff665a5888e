// What a resolver keeps, and how much it asks for at the same time, does not grow with what it has met.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createResolver, type Message, memoryStore, type OfferStore } from "offer-code";
import { describe, expect, test } from "vitest";
import { codeList, counted, message, NOON, stateOf, stock } from "../fixtures.js";

const MEGABYTE = 1_000_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** A store that has every offer and gives every subscriber a code, and keeps nothing. */
function endlessStore(): OfferStore {
  let codes = 0;
  return {
    ...memoryStore(),
    async loadOffer(offerId) {
      const state = stateOf();
      return { ...state, offer: { ...state.offer, id: offerId } };
    },
    async claim({ items, now }) {
      const answers = items.map(({ messageId }) => {
        const code = `CODE-${codes++}`;
        const held = { code, batch: 0, issuedAt: now, messageId, redeemedAt: null, shared: false };
        return { status: "claimed" as const, holding: [held] as const };
      });
      return { status: "answered", answers };
    },
    async signUpOffers(subscriberIds) {
      return subscriberIds.map(() => "welcome");
    },
  };
}

function* messages(from: number, to: number, fields: (n: number) => Partial<Message>): Generator<Message> {
  for (let n = from; n < to; n++) yield message({ id: `m${n}`, ...fields(n) });
}

describe("the heap stays flat", () => {
  const cases: [string, number, (n: number) => Partial<Message>][] = [
    ["offers met once", 20_000, (n) => ({ offerId: `offer ${n}` })],
    ["subscribers with a cache of 1,000", 50_000, (n) => ({ subscriberId: `subscriber ${n}` })],
    ["sign-up messages", 50_000, (n) => ({ subscriberId: `subscriber ${n}`, type: "auto-response" as const })],
  ];
  test.each(cases)("over many %s", async (_, many, fields) => {
    const resolver = createResolver({ store: endlessStore(), cache: { max: 1000 }, now: () => NOON });
    const run = async (from: number, to: number) => {
      for (let at = from; at < to; at += 1000) {
        await resolver.resolveMany([...messages(at, at + 1000, fields)]);
      }
    };
    await run(0, many);
    const before = heapUsed();
    await run(many, 3 * many);
    expect(heapUsed() - before).toBeLessThan(2 * MEGABYTE);
  });

  test("over changes of many subscribers while one read is under way", async () => {
    let notify = (_: string) => {};
    let answer = () => {};
    const store: OfferStore = {
      ...endlessStore(),
      watch(listener) {
        notify = (subscriberId) => listener({ type: "subscriber", offerId: "welcome", subscriberId });
        return { live: () => true, close: async () => {} };
      },
      loadOffer: () =>
        new Promise((resolve) => {
          answer = () => resolve(stateOf());
        }),
    };
    const resolved = createResolver({ store }).resolve(message());
    await expect.poll(() => answer.toString().includes("resolve")).toBe(true);
    const change = (from: number, to: number) => {
      for (let n = from; n < to; n++) notify(`subscriber ${n}`);
    };
    change(0, 50_000);
    const before = heapUsed();
    change(50_000, 150_000);
    expect(heapUsed() - before).toBeLessThan(MEGABYTE);
    answer();
    expect(await resolved).toMatchObject({ reason: "first-code" });
  });
});

/** The same store, and the most calls of a method that were under way at the same time, each taking a turn of the event loop. */
function crowded(real: OfferStore, method: "claim" | "signUpOffers") {
  const seen = { most: 0, calls: 0, items: 0 };
  let running = 0;
  const call = real[method] as (request: never) => Promise<unknown>;
  const store = {
    ...real,
    async [method](request: { items: unknown[] } | unknown[]) {
      running += 1;
      seen.calls += 1;
      seen.most = Math.max(seen.most, running);
      seen.items = Math.max(seen.items, Array.isArray(request) ? request.length : request.items.length);
      await new Promise((turn) => setImmediate(turn));
      const reply = await call(request as never);
      running -= 1;
      return reply;
    },
  } as OfferStore;
  return { store, seen };
}

test("a hundred thousand claims of one list go to the store in 400 calls, at most 64 of them at the same time", async () => {
  const { store, seen } = crowded(endlessStore(), "claim");
  const resolver = createResolver({ store, now: () => NOON });
  const list = [...messages(0, 100_000, (n) => ({ subscriberId: `subscriber ${n}` }))];
  const answers = await resolver.resolveMany(list);
  expect(new Set(answers.map(({ code }) => code)).size).toBe(100_000);
  expect(seen).toEqual({ most: expect.any(Number), calls: 400, items: 250 });
  expect(seen.most).toBeLessThanOrEqual(64);
});

test("a hundred thousand messages resolved at once do so as well", async () => {
  const { store, seen } = crowded(endlessStore(), "claim");
  const resolver = createResolver({ store, now: () => NOON });
  const list = [...messages(0, 100_000, (n) => ({ subscriberId: `subscriber ${n}` }))];
  await Promise.all(list.map((each) => resolver.resolve(each)));
  expect(seen).toEqual({ most: 64, calls: 400, items: 250 });
});

test("sign-up offers are read by the thousand", async () => {
  const { store, seen } = crowded(endlessStore(), "signUpOffers");
  const resolver = createResolver({ store, now: () => NOON });
  const list = [...messages(0, 20_000, (n) => ({ subscriberId: `subscriber ${n}`, type: "auto-response" as const }))];
  const answers = await resolver.resolveMany(list);
  expect(answers.every(({ reason }) => reason === "sign-up-offer")).toBe(true);
  expect(seen.items).toBe(1000);
  expect(seen.calls).toBeLessThan(30);
});

test("twenty thousand messages to one subscriber take two calls", async () => {
  const real = memoryStore();
  await stock(real);
  const { store, claims } = counted(real);
  const resolver = createResolver({ store, now: () => NOON });
  const answers = await resolver.resolveMany([...messages(0, 20_000, () => ({}))]);
  expect(answers.slice(0, 3).map(({ reason }) => reason)).toEqual(["first-code", "still-valid", "still-valid"]);
  expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(["A1"]));
  expect(claims).toHaveLength(2);
});

test("five thousand messages to one subscriber get five thousand codes where each gets its own", async () => {
  const store = memoryStore();
  await stock(store, { window: { type: "time-to-live", amount: 0, unit: "day" } }, [
    { id: "b1", codes: codeList("C", 5000) },
  ]);
  const resolver = createResolver({ store, now: () => NOON });
  const answers = await resolver.resolveMany([...messages(0, 5000, () => ({}))]);
  expect(answers.map(({ code }) => code)).toEqual(codeList("C", 5000));
});
