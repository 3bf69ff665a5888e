import { createResolver } from "offer-code";
import { expect, test } from "vitest";
import { startRedis } from "../setup/redis.js";
import { client, fill, messageOf, testStore } from "./test-store.js";

test("nothing that names a person is left after forget(), in any key", async () => {
  const own = client((await startRedis()).url);
  const { store } = testStore(own);
  await fill(store, 300, { window: { type: "time-to-live", amount: 0, unit: "day" } });
  await fill(store, 10, { id: "other" });
  const resolver = createResolver({ store, cache: false });
  await store.recordSignUp("person-x", "welcome");
  for (let n = 0; n < 12; n++) await resolver.resolve(messageOf(`about-person-${n}`, "person-x"));
  for (let n = 0; n < 100; n++) await resolver.resolve(messageOf(`m${n}`, `s${n}`));
  await resolver.resolve(messageOf("about-person-99", "person-x", "other"));
  expect(await traces("person")).toBeGreaterThan(10);

  expect(await store.forget("person-x")).toBe(13);
  expect(await traces("person")).toBe(0);
  expect(await store.forget("person-x")).toBe(0);
  expect((await store.counts("welcome"))?.[0]).toMatchObject({ givenOut: 112 });
  for (const id of ["welcome", "other"]) expect((await store.reconcile(id)).findings).toEqual([]);

  /** How often a text occurs in keys and values. */
  async function traces(text: string): Promise<number> {
    let found = 0;
    for await (const keys of own.scanStream({ count: 1_000 })) {
      for (const key of keys as string[]) found += `${key}\n${await contents(key)}`.split(text).length - 1;
    }
    return found;
  }

  async function contents(key: string): Promise<string> {
    switch (await own.type(key)) {
      case "hash":
        return JSON.stringify(await own.hgetall(key));
      case "list":
        return JSON.stringify(await own.lrange(key, 0, -1));
      case "set":
        return JSON.stringify(await own.smembers(key));
      case "zset":
        return JSON.stringify(await own.zrange(key, "0", "-1"));
      default:
        return (await own.get(key)) ?? "";
    }
  }
});
