import fc from "fast-check";
import {
  createResolver,
  InvalidInputError,
  type Message,
  memoryStore,
  type OfferStore,
  type Resolver,
} from "offer-code";
import { type RedisStore, redisStore } from "offer-code/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeKey } from "../../src/domain/identifier.js";
import { type RedisServer, startRedis } from "../setup/redis.js";
import { client, fill, size } from "./test-store.js";

const RUNS = size(1_000, 10_000);

const nasty = fc.constantFrom(
  "__proto__",
  "constructor",
  "toString",
  "",
  " ",
  "a b",
  "{}",
  "}{",
  "a}b",
  "\0",
  "a\tb",
  "a\nb",
  "\u001f",
  "\ud800",
  "\u202e",
  "😀",
  "e\u0301",
  "é",
  "İ",
  "ß",
  "*",
  "oc:offers",
  "welcome",
  "-1",
  "0",
  "NaN",
  "x".repeat(255),
  "x".repeat(256),
  "é".repeat(128),
  "x".repeat(100_000),
);
const anyText = fc.oneof(
  nasty,
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
);
const anyValue = fc.oneof(anyText, fc.anything());
const goodText = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[a-z0-9_-]{1,20}$/) },
  { weight: 1, arbitrary: anyText },
);
const anyMessage = fc.oneof(
  fc.record(
    {
      id: goodText,
      subscriberId: goodText,
      type: fc.constantFrom("campaign", "journey", "auto-response"),
      offerId: fc.constantFrom("welcome", "none", "__proto__"),
    },
    { requiredKeys: ["id", "subscriberId", "type"] },
  ),
  fc.record(
    { id: anyValue, type: anyValue, subscriberId: anyValue, offerId: anyValue, channel: anyValue },
    { requiredKeys: [] },
  ),
  anyValue,
);

describe.each(["memoryStore", "redisStore"] as const)("%s, given what nobody should send", (kind) => {
  let server: RedisServer;
  let store: OfferStore;
  let resolver: Resolver;

  beforeAll(async () => {
    server = await startRedis();
    store = kind === "memoryStore" ? memoryStore() : redisStore(client(server.url), { onWarning: () => {} });
    await fill(store, RUNS + 100);
    resolver = createResolver({ store, cache: { max: 100 } });
  });
  afterAll(() => resolver.close());

  /** The result, or the only kind of error that is allowed: one that says what was wrong. */
  async function settle<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await act();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as Error).message).toMatch(/expected|runs|name another/);
      return undefined;
    }
  }

  test("messages: a clear error, or a code that is this subscriber's alone", async () => {
    const owners = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(anyMessage, async (message) => {
        const found = await settle(() => resolver.resolve(message as Message));
        if (found?.code == null) return;
        const { subscriberId } = message as Message;
        expect(owners.get(found.code) ?? subscriberId).toBe(subscriberId);
        owners.set(found.code, subscriberId);
        expect(await store.findCode(found.code)).toMatchObject({ subscriberId });
      }),
      { numRuns: RUNS },
    );
    expect(owners.size).toBeGreaterThan(10);
  });

  test("codes: added as they are or refused, and redeemed only when they are there", async () => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyValue, { maxLength: 4 }), anyValue, async (codes, at) => {
        const batch = { id: `b${n++ % 20}` };
        const added = await settle(() => store.addCodes("welcome", batch, codes as string[]));
        if (added !== undefined) {
          for (const code of codes as string[]) expect(codeKey((await store.findCode(code))!.code)).toBe(codeKey(code));
        }
        await settle(() => store.redeem(codes[0] as string, at as number));
      }),
      { numRuns: RUNS },
    );
  });

  test("offers, sign-ups and options: taken or refused by name", async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, anyText, anyText, async (offer, one, other) => {
        await settle(() => store.saveOffer({ id: "other", ...(offer as object) }));
        await settle(() => store.recordSignUp(one, other));
        await settle(async () => redisStore(offer as never, offer as never));
        await settle(async () => createResolver(offer as never));
      }),
      { numRuns: RUNS / 2 },
    );
  });

  test("leave every key sound", async () => {
    if (kind === "memoryStore") return expect(await store.counts("welcome")).not.toBeNull();
    expect((await (store as RedisStore).reconcile("welcome")).findings).toEqual([]);
    const own = client(server.url);
    const keys = await own.keys("*");
    expect(
      keys.filter(
        (key) => !/^oc:(\{.+\}(:.+)?|offers|signups:\d+|index:\{\d+\}(:\d+)?|import:\{turn\}(:last)?)$/s.test(key),
      ),
    ).toEqual([]);
  });
});
