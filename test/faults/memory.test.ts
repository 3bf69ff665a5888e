import { createResolver, importCodes } from "offer-code";
import { redisStore } from "offer-code/redis";
import { beforeAll, describe, expect, test } from "vitest";
import { BUCKET_SIZE, bucketAt, hashOf } from "../../src/store/redis/buckets.js";
import { type RedisServer, startRedis } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { client, figures, messageOf, size } from "./test-store.js";

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

/** What every key takes, with its name and its place in the table of keys, by the part of its name that tells its kind. */
async function bytesByKind(server: RedisServer): Promise<Record<string, number>> {
  return withClient(server, async (one) => {
    const kinds: Record<string, number> = {};
    for await (const keys of one.scanStream({ count: 1_000 })) {
      const pipeline = one.pipeline();
      for (const key of keys as string[]) pipeline.memory("USAGE", key, "SAMPLES", 0);
      const replies = (await pipeline.exec()) ?? [];
      for (const [at, key] of (keys as string[]).entries()) {
        const kind = /^oc:(?:\{welcome\}:)?(\w+)/.exec(key)?.[1] ?? "offer";
        kinds[kind] = (kinds[kind] ?? 0) + Number(replies[at]?.[1]);
      }
    }
    return kinds;
  });
}

async function measure(codes: number) {
  const server = await startRedis();
  const store = redisStore(client(server.url), { timeout: 10_000 });
  const resolver = createResolver({ store, cache: false });
  await store.saveOffer({ id: "welcome" });
  await importCodes(
    store,
    "welcome",
    Array.from({ length: codes }, (_, n) => codeOf(n)),
    { batch: "b1" },
  );
  const filled = await bytesByKind(server);
  for (let from = 0; from < codes; from += 5_000) {
    await resolver.resolveMany(
      Array.from({ length: Math.min(5_000, codes - from) }, (_, n) =>
        messageOf(messageIdOf(from + n), subscriberOf(from + n)),
      ),
    );
  }
  const after = await bytesByKind(server);
  const each = (kinds: Record<string, number>) => {
    const sum = Object.values(kinds).reduce((all, one) => all + one, 0);
    return Math.round((sum / codes) * 10) / 10;
  };
  const { index = 0, ...pool } = filled;
  const found = { pool: each(pool), index: each({ index }), givenOut: each(after) };
  figures(`bytes a code, ${codes} codes`, {
    "in the pool": found.pool,
    "for its index entry": found.index,
    "all in for one given out": found.givenOut,
  });
  expect((await store.counts("welcome"))?.[0]).toMatchObject({ inPool: 0, givenOut: codes });
  return found;
}

test.each([
  ["numbers in sequence", (n: number) => `sub_${n}`],
  ["numbers with leading zeros", subscriberOf],
  ["codes", codeOf],
  ["mail addresses", (n: number) => `person${n}@example.com`],
])("%s are spread so evenly that every bucket stays compact", (_name, idOf) => {
  const buckets = Math.ceil(CODES / BUCKET_SIZE);
  const sizes = new Map<number, number>();
  for (let n = 0; n < CODES; n++) {
    const bucket = bucketAt(hashOf(idOf(n)), buckets);
    sizes.set(bucket, (sizes.get(bucket) ?? 0) + 1);
  }
  expect(Math.max(...sizes.values())).toBeLessThanOrEqual(200);
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

  test("takes the same, whatever the size of the offer", async () => {
    for (const codes of [CODES / 10, CODES / 1.5]) {
      const other = await measure(Math.round(codes));
      expect(other.givenOut).toBeLessThanOrEqual(found.givenOut * 1.15);
      expect(found.givenOut).toBeLessThanOrEqual(other.givenOut * 1.15);
    }
  }, 600_000);
});
