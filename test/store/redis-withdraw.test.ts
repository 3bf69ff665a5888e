import type { Redis } from "ioredis";
import { redisStore } from "offer-code/redis";
import { expect, test } from "vitest";
import { scriptNames } from "../../src/store/redis/lua.js";
import { codeList, NOON, stock } from "../fixtures.js";
import { claimAll, codesIn, newcomer, totals } from "./contract/tools.js";
import { useRedisStores } from "./redis-stores.js";

const stores = useRedisStores();

/** The same client, which does something else before the first run of a script. */
function interrupted(client: Redis, script: string, meanwhile: () => Promise<unknown>): Redis {
  let isDone = false;
  return Object.assign(Object.create(client) as Redis, {
    async call(command: string, ...args: string[]) {
      if (!isDone && command === "evalsha" && scriptNames.get(args[0] as string) === script) {
        isDone = true;
        await meanwhile();
      }
      return client.call(command, ...args);
    },
  });
}

test("a withdrawal leaves alone what claims draw while it looks at the batch", async () => {
  const prefix = stores.prefix();
  const store = redisStore(stores.client, { prefix });
  await stock(store, {}, [{ id: "b1", codes: codeList("C", 10) }]);
  await store.redeem("C9", NOON);
  let given: string[] = [];
  const withdrawing = redisStore(
    interrupted(stores.client, "withdraw", async () => {
      given = codesIn(await claimAll(store, [newcomer("ann"), newcomer("ben"), newcomer("eve")]));
    }),
    { prefix },
  );
  expect(await withdrawing.withdraw("welcome", "b1")).toBe(6);
  expect(given).toEqual(["C0", "C1", "C2"]);
  expect(await store.findCode("C1")).toMatchObject({ status: "given-out", subscriberId: "ben" });
  expect(await store.redeem("C0", NOON)).toMatchObject({ status: "redeemed", subscriberId: "ann" });
  const { outcomes } = await store.addCodes("welcome", { id: "b2" }, ["C0", "C1", "C2", "C3", "C9"]);
  expect(outcomes).toEqual(["given-out", "given-out", "given-out", "added", "in-pool"]);
  expect(await totals(store)).toEqual({ inPool: 1, givenOut: 3, redeemed: 1, redeemedInPool: 1 });
  expect(await store.reconcile("welcome")).toMatchObject({ faults: 0 });
});
