import { createResolver, importCodes } from "offer-code";
import { type RedisStoreOptions, redisStore } from "offer-code/redis";
import { beforeAll, describe, expect, test } from "vitest";
import { bucketCount, offerKeys } from "../../src/store/redis/keys.js";
import { startRedis } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { client, figures, messageOf, size } from "./desk.js";

const CODES = size(100_000, 1_000_000);
const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** 16 characters that look like those of a shop, each time the same. */
function codeOf(n: number): string {
  let text = "";
  let rest = Math.imul(n + 1, 2_654_435_761) >>> 0;
  for (let at = 0; at < 8; at++) {
    text += letters[rest & 31];
    rest = (Math.imul(rest, 1_664_525) + 1_013_904_223) >>> 0;
  }
  return text + n.toString(36).toUpperCase().padStart(8, "0");
}
const subscriberOf = (n: number) => `sub_${String(n * 97).padStart(8, "0")}`;
const messageIdOf = (n: number) => `msg_${String(n * 89).padStart(12, "0")}`;

async function bytes(url: { host: string; port: number; url: string }): Promise<number> {
  return withClient(url as never, async (one) => {
    const used = /^used_memory_dataset:(\d+)/m.exec(await one.info("memory"));
    return Number(used?.[1]);
  });
}

async function measure(expectedAudience: number, options: RedisStoreOptions = {}) {
  const server = await startRedis();
  const store = redisStore(client(server.url), { timeout: 10_000, ...options });
  const resolver = createResolver({ store, cache: false });
  await store.saveOffer({ id: "welcome", expectedAudience });
  const empty = await bytes(server);
  await importCodes(
    store,
    "welcome",
    Array.from({ length: CODES }, (_, n) => codeOf(n)),
    { batch: "b1" },
  );
  const filled = await bytes(server);
  const index = await withClient(server, (one) =>
    one.eval(
      `local sum = 0
for bucket = 0, tonumber(ARGV[1]) - 1 do sum = sum + (redis.call("MEMORY", "USAGE", KEYS[1] .. bucket, "SAMPLES", 0) or 0) end
return sum`,
      1,
      "oc:{welcome}:c:",
      Math.ceil(expectedAudience / 64),
    ),
  );
  for (let from = 0; from < CODES; from += 5_000) {
    await resolver.resolveMany(
      Array.from({ length: 5_000 }, (_, n) => messageOf(messageIdOf(from + n), subscriberOf(from + n))),
    );
  }
  const givenOut = await bytes(server);
  const each = (sum: number) => Math.round((sum / CODES) * 10) / 10;
  const found = {
    pool: each(filled - empty - Number(index)),
    index: each(Number(index)),
    givenOut: each(givenOut - empty),
  };
  figures(`bytes a code, ${CODES} codes, an audience of ${expectedAudience} expected`, {
    "in the pool": found.pool,
    "for its index entry": found.index,
    "all in for one given out": found.givenOut,
  });
  expect((await store.counts("welcome"))?.[0]).toMatchObject({ inPool: 0, givenOut: CODES });
  return found;
}

test.each([
  ["numbers in sequence", (n: number) => `sub_${n}`],
  ["numbers with leading zeros", subscriberOf],
  ["codes", codeOf],
  ["mail addresses", (n: number) => `person${n}@example.com`],
])("%s are spread so evenly that every bucket stays compact", (_name, idOf) => {
  const keys = offerKeys("oc", "welcome", bucketCount(CODES));
  const sizes = new Map<string, number>();
  for (let n = 0; n < CODES; n++) {
    const bucket = keys.subscriberBucket(idOf(n));
    sizes.set(bucket, (sizes.get(bucket) ?? 0) + 1);
  }
  expect(Math.max(...sizes.values())).toBeLessThanOrEqual(128);
});

describe("a code of 16 characters, subscribers of 12, messages of 16", () => {
  let found: Awaited<ReturnType<typeof measure>>;
  beforeAll(async () => {
    found = await measure(CODES);
  }, 600_000);

  test("takes at most 20 bytes in the pool beyond its index entry", () => {
    expect(found.pool).toBeLessThanOrEqual(20);
  });

  test("takes at most 110 bytes all in once it is given out", () => {
    expect(found.givenOut).toBeLessThanOrEqual(110);
  });

  test("takes a little more, not much, where ten times the expected audience came", async () => {
    const crowded = await measure(CODES / 10);
    expect(crowded.givenOut).toBeLessThanOrEqual(300);
  }, 600_000);
});
