// What a newcomer reads when a value is wrong: the field, what was expected, what came.
import {
  createResolver,
  InvalidInputError,
  importCodes,
  type Message,
  memoryStore,
  type OfferInput,
  type ResolverOptions,
} from "offer-code";
import { redisStore } from "offer-code/redis";
import { describe, expect, test } from "vitest";
import { parseMessage, parseOffer } from "../src/internal.js";
import { left, message, NOON, stock } from "./fixtures.js";

type Row = [wrong: unknown, complaint: string];

const ID = "expected 1 to 255 bytes of text without control characters, braces, or blanks at its ends, but got:";
const CODE = "expected 1 to 255 bytes of text without blanks, control characters or braces, but got:";
const WINDOW = 'expected a window of type "never-expires", "time-to-live" or "custom-period", but got:';
const AMOUNT = "offer.window.amount: expected a whole number from 0 to 100000, but got:";
const UNIT = 'offer.window.unit: expected "hour", "day", "week" or "month", but got:';
const ZONE = "offer.timeZone: expected an IANA time zone such as America/New_York, but got:";
const ACTION = 'expected an action of "abort", "fallback" or "omit", but got:';
const TYPE = 'expected "campaign", "journey", "auto-response" or "already-subscribed", but got:';
const CACHE =
  "options.cache: expected false, or an object with max (a whole number from 1 to 10,000,000) and maxAge (milliseconds, 0 or more), but got:";

const withWindow = (window: unknown) => ({ id: "a", window });
const timeToLive = (amount: unknown, unit: unknown = "day") => withWindow({ type: "time-to-live", amount, unit });

const LEVELS = "offer.lowStock: expected a whole number from 0 to 9007199254740991, or a list of up to 10";

const OFFERS: Row[] = [
  [undefined, "offer: expected an offer, but got: undefined"],
  ["welcome10", 'offer: expected an offer, but got: "welcome10"'],
  [[], "offer: expected an offer, but got: []"],
  [{}, `offer.id: ${ID} undefined`],
  [{ id: 10 }, `offer.id: ${ID} 10`],
  [{ id: "" }, `offer.id: ${ID} ""`],
  [{ id: "welcome " }, `offer.id: ${ID} "welcome "`],
  [{ id: "{welcome}" }, `offer.id: ${ID} "{welcome}"`],
  [{ id: "a\tb" }, `offer.id: ${ID} "a\\tb"`],
  [{ id: "é".repeat(128) }, `offer.id: ${ID} "${"é".repeat(76)}...`],
  [{ id: "\ud83d" }, `offer.id: ${ID} "\\ud83d"`],
  [{ id: "a", name: 10 }, "offer.name: expected text, but got: 10"],
  [{ id: "a", kind: "shared" }, 'offer.kind: expected "unique" or "integrated", but got: "shared"'],
  [withWindow("never-expires"), `offer.window: ${WINDOW} "never-expires"`],
  [withWindow({ type: "forever" }), `offer.window.type: ${WINDOW} "forever"`],
  [timeToLive(-1), `${AMOUNT} -1`],
  [timeToLive(1.5), `${AMOUNT} 1.5`],
  [timeToLive("90"), `${AMOUNT} "90"`],
  [timeToLive(Number.NaN), `${AMOUNT} NaN`],
  [timeToLive(90n), `${AMOUNT} 90n`],
  [timeToLive(1_000_000), `${AMOUNT} 1000000`],
  [timeToLive(90, "days"), `${UNIT} "days"`],
  [withWindow({ type: "time-to-live" }), `${AMOUNT} undefined; ${UNIT} undefined`],
  [withWindow({ type: "never-expires", amount: 1 }), "offer.window.amount: expected no such field, but got: 1"],
  [{ id: "a", timeZone: "Mars/Olympus" }, `${ZONE} "Mars/Olympus"`],
  [{ id: "a", timeZone: "PST" }, `${ZONE} "PST"`],
  [{ id: "a", timeZone: "IST" }, `${ZONE} "IST"`],
  [{ id: "a", timeZone: "+02:00" }, `${ZONE} "+02:00"`],
  [{ id: "a", whenUnavailable: "abort" }, `offer.whenUnavailable: ${ACTION} "abort"`],
  [{ id: "a", whenUnavailable: { action: "stop" } }, `offer.whenUnavailable.action: ${ACTION} "stop"`],
  [{ id: "a", whenUnavailable: { action: "fallback" } }, `offer.whenUnavailable.code: ${CODE} undefined`],
  [
    { id: "a", whenUnavailable: { action: "fallback", code: "TEN OFF" } },
    `offer.whenUnavailable.code: ${CODE} "TEN OFF"`,
  ],
  [{ id: "a", lowStock: -1 }, `${LEVELS}, but got: -1`],
  [{ id: "a", lowStock: [] }, `${LEVELS}, but got: []`],
  [{ id: "a", lowStock: [10, "5"] }, `${LEVELS}, but got: [10,"5"]`],
  [
    { id: "a", windw: {}, zone: "UTC" },
    'offer.windw: expected no such field, but got: {}; offer.zone: expected no such field, but got: "UTC"',
  ],
];

const MESSAGES: Row[] = [
  [null, "message: expected a message, but got: null"],
  ["m1", 'message: expected a message, but got: "m1"'],
  [{ ...message(), id: 12 }, `message.id: ${ID} 12`],
  [{ ...message(), type: "newsletter" }, `message.type: ${TYPE} "newsletter"`],
  [{ ...message(), channel: "push" }, 'message.channel: expected "email" or "sms", but got: "push"'],
  [{ ...message(), subscriberId: "" }, `message.subscriberId: ${ID} ""`],
  [{ ...message(), subscriberId: null }, `message.subscriberId: ${ID} null`],
  [{ ...message(), offerId: "a\nb" }, `message.offerId: ${ID} "a\\nb"`],
  [{ ...message(), signUpOfferId: 5 }, `message.signUpOfferId: ${ID} 5`],
  [{ ...message(), subscriber: "ann" }, 'message.subscriber: expected no such field, but got: "ann"'],
  [{}, `message.id: ${ID} undefined; message.type: ${TYPE} undefined; message.subscriberId: ${ID} undefined`],
];

const store = memoryStore();
const STORE = "options.store: expected a store such as memoryStore() or redisStore(client), but got:";
const OPTIONS: Row[] = [
  [undefined, "options: expected an object of options, but got: undefined"],
  [{}, `${STORE} undefined`],
  [{ store: "redis://localhost" }, `${STORE} "redis://localhost"`],
  [{ store, cache: true }, `${CACHE} true`],
  [{ store, cache: { max: 0 } }, "options.cache.max: expected a whole number from 1 to 10,000,000, but got: 0"],
  [
    { store, cache: { max: 1e9 } },
    "options.cache.max: expected a whole number from 1 to 10,000,000, but got: 1000000000",
  ],
  [{ store, cache: { maxAge: -1 } }, "options.cache.maxAge: expected milliseconds, 0 or more, but got: -1"],
  [{ store, cache: { ttl: 60 } }, "options.cache.ttl: expected no such field, but got: 60"],
  [{ store, now: 0 }, "options.now: expected a function that returns Unix milliseconds, but got: 0"],
  [{ store, serveStaleOnError: "no" }, 'options.serveStaleOnError: expected true or false, but got: "no"'],
  [{ store, caching: {} }, "options.caching: expected no such field, but got: {}"],
];

const client = { call() {} };
const REDIS: [args: unknown[], complaint: string][] = [
  [
    ["redis://localhost"],
    'client: expected an ioredis or iovalkey client, or fromNodeRedis(client), but got: "redis://localhost"',
  ],
  [
    [client, { prefix: "shop{1}" }],
    'options.prefix: expected 1 to 100 characters without braces, blanks or control characters, but got: "shop{1}"',
  ],
  [[client, { timeout: 0 }], "options.timeout: expected milliseconds, 1 or more, but got: 0"],
  [[client, { prefx: "shop" }], 'options.prefx: expected no such field, but got: "shop"'],
];

const DAY_EXPECTED = "expected a day such as 2026-11-30, but got:";
const IMPORTS: Row[] = [
  [null, "options: expected an object with the batch's name and days, but got: null"],
  [{ batch: "" }, `options.batch: ${ID} ""`],
  [{ batch: "b", startsOn: "2026-02-30" }, `options.startsOn: ${DAY_EXPECTED} "2026-02-30"`],
  [{ batch: "b", startsOn: "1.11.2026" }, `options.startsOn: ${DAY_EXPECTED} "1.11.2026"`],
  [{ batch: "b", endsOn: new Date(0) }, `options.endsOn: ${DAY_EXPECTED} "1970-01-01T00:00:00.000Z"`],
  [
    { batch: "b", startsOn: "2026-11-30", endsOn: "2026-11-01" },
    'batch.endsOn: expected an end on or after its start, but got: "2026-11-01"',
  ],
  [{ batch: "b", from: "2026-11-01" }, 'options.from: expected no such field, but got: "2026-11-01"'],
];

const named = (rows: Row[]) => rows.map(([wrong, complaint]) => [complaint.slice(0, 150), wrong, complaint] as const);

test.each(named(OFFERS))("%s", async (_, wrong, complaint) => {
  expect(() => parseOffer(wrong)).toThrow(new InvalidInputError(complaint));
  await expect(memoryStore().saveOffer(wrong as OfferInput)).rejects.toThrow(new InvalidInputError(complaint));
});

test.each(named(MESSAGES))("%s", async (_, wrong, complaint) => {
  expect(() => parseMessage(wrong)).toThrow(new InvalidInputError(complaint));
  const resolver = createResolver({ store });
  for (const ask of [resolver.resolve, resolver.peek, resolver.release]) {
    await expect(ask(wrong as Message)).rejects.toThrow(new InvalidInputError(complaint));
  }
  await expect(resolver.resolveMany([wrong as Message])).rejects.toThrow(new InvalidInputError(complaint));
});

test.each(named(OPTIONS))("%s", (_, wrong, complaint) => {
  expect(() => createResolver(wrong as ResolverOptions)).toThrow(new InvalidInputError(complaint));
});

test("createResolver says how to pass what it was given instead of options", () => {
  const refused = (options: unknown) => () => createResolver(options as ResolverOptions);
  expect(refused(store)).toThrow("createResolver: expected options, but got a store: write createResolver({ store })");
  expect(refused(new Map())).toThrow(
    "createResolver: expected options such as { store: redisStore(client) }, but got an instance of Map",
  );
});

test("a message that was forgotten is named", async () => {
  const resolver = createResolver({ store }) as unknown as Record<string, () => Promise<unknown>>;
  for (const method of ["resolve", "resolveOrThrow", "peek", "release"]) {
    await expect(resolver[method]?.()).rejects.toThrow("message: expected a message, but got: undefined");
  }
  await expect(resolver.resolveMany?.()).rejects.toThrow("messages: expected a list of messages, but got: undefined");
});

test.each(REDIS)("redisStore(%j) is refused", (args, complaint) => {
  expect(() => redisStore(...(args as Parameters<typeof redisStore>))).toThrow(new InvalidInputError(complaint));
});

test.each(named(IMPORTS))("%s", async (_, wrong, complaint) => {
  await store.saveOffer({ id: "welcome" });
  const imported = importCodes(store, "welcome", ["A1"], wrong as { batch: string });
  await expect(imported).rejects.toThrow(new InvalidInputError(complaint));
  expect(await store.counts("welcome")).toEqual([]);
});

describe("text is not taken for a list of its letters", () => {
  test.each([["A1,B2"], [undefined], [5], [{ codes: ["A1"] }]])("importCodes refuses %j", async (wrong) => {
    const imported = importCodes(store, "welcome", wrong as never, { batch: "b1" });
    await expect(imported).rejects.toThrow("codes: expected a list or a stream of codes, but got: ");
  });

  test("nor are subscribers or messages", async () => {
    const resolver = createResolver({ store });
    await expect(resolver.preflight("welcome", "ann")).rejects.toThrow(
      'subscriberIds: expected a list or a stream of subscriber ids, but got: "ann"',
    );
    await expect(resolver.resolveMany("m1" as never)).rejects.toThrow(
      'messages: expected a list of messages, but got: "m1"',
    );
  });
});

test("values of a file that are no codes are counted and left out", async () => {
  const own = memoryStore();
  await own.saveOffer({ id: "welcome" });
  const values = ["A1", "", "TWO WORDS", "B2", 7, null, "x".repeat(256), "a{b}", "C\u200b3"] as string[];
  const report = await importCodes(own, "welcome", values, { batch: "b1" });
  expect([report.added, report.refused]).toEqual([2, 7]);
  expect(report.refusedAt.slice(0, 2)).toEqual([
    { index: 1, value: "" },
    { index: 2, value: "TWO WORDS" },
  ]);
});

test.each([
  ["", 'offerId: expected the id of an offer, but got: ""'],
  [7, "offerId: expected the id of an offer, but got: 7"],
  ["{a}", 'offerId: expected the id of an offer, but got: "{a}"'],
])("a template that names the offer %j is refused", async (named, complaint) => {
  const resolver = createResolver({ store });
  await expect(resolver.resolve(message(), named as string)).rejects.toThrow(new InvalidInputError(complaint));
});

test.each([
  [() => Number.NaN, "NaN"],
  [() => NOON + 0.5, "1793707200000.5"],
  [() => new Date(NOON), '"2026-11-03T12:00:00.000Z"'],
])("a clock that tells no instant is refused, and nothing is claimed: %s", async (now, got) => {
  const own = memoryStore();
  await stock(own);
  const resolver = createResolver({ store: own, now: now as () => number });
  await expect(resolver.resolve(message())).rejects.toThrow(
    `options.now(): expected a whole number of Unix milliseconds, but got: ${got}`,
  );
  expect(await left(own)).toBe(3);
});

test.each([
  ["2026-11-03", '"2026-11-03"'],
  [new Date("soon"), "NaN"],
])("a redemption at %s is refused", async (at, got) => {
  const own = memoryStore();
  await stock(own);
  await expect(createResolver({ store: own }).redeem("A1", { at: at as Date })).rejects.toThrow(
    `at: expected an instant: a Date or whole Unix milliseconds, but got: ${got}`,
  );
});
