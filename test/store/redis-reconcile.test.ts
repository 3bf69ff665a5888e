import { Redis } from "ioredis";
import { createResolver, importCodes } from "offer-code";
import { type FaultKind, type RedisStore, redisStore } from "offer-code/redis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PAGE } from "../../src/store/redis/keys.js";
import { message } from "../fixtures.js";
import { startRedis } from "../setup/redis.js";

const AT = Date.UTC(2026, 10, 3);
const base = "oc:{welcome}";
let client: Redis;
let store: RedisStore;

beforeAll(async () => {
  client = new Redis((await startRedis()).url, { commandTimeout: 5_000 });
});
afterAll(() => client.disconnect());

/** Two batches, and codes in every state: waiting, given, shared, redeemed in both places, released, withdrawn, forgotten. */
beforeEach(async () => {
  await client.flushall();
  store = redisStore(client);
  await store.saveOffer({
    id: "welcome",
    window: { type: "time-to-live", amount: 0, unit: "day" },
  });
  await importCodes(store, "welcome", codes("A", 300), { batch: "first" });
  await importCodes(store, "welcome", codes("B", 50), { batch: "second" });
  await importCodes(store, "welcome", codes("W", 5), { batch: "third" });
  const resolver = createResolver({ store, cache: false, now: () => AT });
  await store.redeem("A3", AT);
  await store.redeem("A290", AT);
  const ask = (id: string, subscriberId: string) => resolver.resolve(message({ id, subscriberId }));
  for (let n = 0; n < 8; n++) await ask(`many-${n}`, "ann");
  await Promise.all(Array.from({ length: 200 }, (_, n) => ask(`m-${n}`, `s-${n}`)));
  for (const n of [1, 5, 9]) await resolver.release(message({ id: `m-${n}`, subscriberId: `s-${n}` }));
  const { code } = await ask("m-20", "s-20");
  await store.redeem(code!, AT);
  await store.redeem("A6", AT);
  await store.withdraw("welcome", "third");
  await store.forget("s-30");
  await resolver.close();
});

const codes = (letter: string, many: number) => Array.from({ length: many }, (_, n) => `${letter}${n}`);
const check = () => store.reconcile("welcome");
const faults = async () => [...new Set((await check()).findings.map(({ fault }) => fault))].sort();

async function bucketOf(kind: "index" | "holders", field: string): Promise<string> {
  const keys = kind === "index" ? "oc:index:{*}:*" : `${base}:s:*`;
  for (const key of await client.keys(keys)) if (await client.hexists(key, field)) return key;
  throw new Error(`no bucket has ${field}`);
}

async function editRecord(place: number, edit: (record: string) => string): Promise<void> {
  const [page, index] = [`${base}:g:0:${Math.floor(place / PAGE)}`, place % PAGE];
  await client.lset(page, index, edit((await client.lindex(page, index))!));
}

test("finds nothing in a store that only this package has written", async () => {
  expect(await check()).toEqual({
    offerId: "welcome",
    codes: 350,
    inPool: 143,
    givenOut: 205,
    redeemed: 4,
    subscribers: 197,
    faults: 0,
    repaired: 0,
    findings: [],
  });
});

test("counts what the store counts", async () => {
  const found = await check();
  const counts = (await store.counts("welcome"))!;
  const sum = (field: "inPool" | "givenOut") => counts.reduce((all, batch) => all + batch[field], 0);
  expect([sum("inPool"), sum("givenOut")]).toEqual([found.inPool, found.givenOut]);
});

test("takes revoked codes for what they are: waiting, released, passed over, redeemed, held, and claimed anew by one message", async () => {
  const held = (await store.findCode("A20"))!;
  for (const code of ["A0", "A4", "A20", "A290", "A299", "B49"])
    expect(await store.revoke(code)).toHaveProperty("code");
  for (let n = 8; n < 12; n++) await store.release("welcome", `s-${n}`, `m-${n}`);
  const back = (await client.zrange(`${base}:back:0`, "0", "0"))[0];
  await store.revoke(`A${back}`);
  const resolver = createResolver({ store, cache: false, now: () => AT });
  const again = message({ id: held.messageId!, subscriberId: held.subscriberId! });
  expect((await resolver.resolve(again)).code).not.toBe("A20");
  await resolver.close();
  const { faults: many, findings, inPool } = await check();
  expect({ many, findings }).toEqual({ many: 0, findings: [] });
  expect(inPool).toBe((await store.counts("welcome"))!.reduce((all, batch) => all + batch.inPool, 0));
});

test("changes nothing", async () => {
  const dump = async () => Promise.all((await client.keys("*")).sort().map((key) => client.dump(key)));
  const before = await dump();
  await check();
  expect(await dump()).toEqual(before);
});

test("refuses an unknown offer", async () => {
  await expect(store.reconcile("nothing")).rejects.toThrow("offerId: expected the id of a saved offer");
});

describe("finds what was planted", () => {
  const planted: [what: string, plant: () => Promise<unknown>, expected: FaultKind[]][] = [
    ["a code that stands in the pool twice", () => client.rpush(`${base}:pool:0`, "A299"), ["code-twice"]],
    [
      "a code given out that waits in the pool as well",
      async () => {
        await client.rpush(`${base}:pool:1`, "A0");
      },
      ["code-twice"],
    ],
    [
      "a revoked code that is to be drawn again",
      async () => {
        await store.release("welcome", "s-11", "m-11");
        const place = (await client.zrange(`${base}:back:0`, "0", "0"))[0] as string;
        await editRecord(Number(place), (record) => `${record}\t\t\t\t\t\tR`);
      },
      ["code-lost"],
    ],
    [
      "a code that the index does not know",
      async () => client.hdel(await bucketOf("index", "a250"), "a250"),
      ["code-not-indexed"],
    ],
    [
      "an entry of the index for a code that is nowhere",
      async () => client.hset(await bucketOf("index", "a250"), "ghost", "100000777"),
      ["index-astray"],
    ],
    [
      "two entries of the index for one place",
      async () => client.hset(await bucketOf("index", "a4"), "ghost", "100000004"),
      ["index-astray"],
    ],
    ["a code taken from the pool by hand", () => client.rpop(`${base}:pool:1`), ["index-astray"]],
    [
      "a released code that nobody would draw again",
      async () => client.zrem(`${base}:back:0`, (await client.zrange(`${base}:back:0`, "0", "0"))[0]!),
      ["code-lost"],
    ],
    ["a code given out that would be drawn again", () => client.zadd(`${base}:back:0`, 0, "0"), ["code-lost"]],
    [
      "a holder whose entry is gone",
      async () => client.hdel(await bucketOf("holders", "s-40"), "s-40"),
      ["holder-astray"],
    ],
    [
      "a subscriber who is said to hold somebody else's code",
      async () =>
        client.hset(
          await bucketOf("holders", "s-40"),
          "s-40",
          (await client.hget(await bucketOf("holders", "s-41"), "s-41"))!,
        ),
      ["holder-astray", "holding-astray"],
    ],
    [
      "a subscriber who is said to hold a code as well that names another",
      async () => client.hset(`${base}:s:0`, "nobody", "0"),
      ["holding-astray"],
    ],
    [
      "a message that has claimed two codes",
      () => editRecord(1, (record) => record.replace("many-1", "many-0")),
      ["message-twice"],
    ],
    [
      "a page that lost a record",
      () => client.rpop(`${base}:g:0:0`),
      ["index-astray", "holding-astray", "places-broken"],
    ],
    ["a page behind the last", () => client.rpush(`${base}:g:0:1`, "X"), ["places-broken"]],
    ["a counter that is off", () => client.hincrby(`${base}:batch:0`, "given", 1), ["counter-wrong"]],
    ["a counter of days that is off", () => client.hincrby(`${base}:batch:0`, "day:20000", 1), ["counter-wrong"]],
    ["a redemption that nobody counted", () => editRecord(100, (record) => `${record}\t\tmhk1`), ["counter-wrong"]],
    ["an offer that the list does not have", () => client.hdel("oc:offers", "welcome"), ["offer-not-listed"]],
    ["a batch that its offer does not know", () => client.hdel(base, "batch:second"), ["offer-not-listed"]],
  ];

  test.each(planted)("%s", async (_what, plant, expected) => {
    await plant();
    expect(await faults()).toEqual(expect.arrayContaining([...expected].sort()));
  });
});
