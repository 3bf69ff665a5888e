import { InvalidInputError } from "offer-code";
import { redisStore } from "offer-code/redis";
import { expect, test } from "vitest";
import { stock } from "../fixtures.js";
import { claimAll, newcomer, totals } from "./contract/tools.js";
import { useRedisStores } from "./redis-stores.js";

const stores = useRedisStores();

test.each([
  "ann\0m1",
  "ann\tm1",
  "ann\n",
  "\u001fann",
])("an id such as %j is refused before it reaches Redis", async (id) => {
  const store = redisStore(stores.client, { prefix: stores.prefix() });
  await stock(store);
  await expect(claimAll(store, [newcomer("ben"), newcomer(id, "m1")])).rejects.toThrow(InvalidInputError);
  await expect(claimAll(store, [newcomer("ben", id)])).rejects.toThrow(/^messageId: expected 1 to 255 bytes/);
  expect((await totals(store)).givenOut).toBe(0);
});
