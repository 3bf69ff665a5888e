import fc from "fast-check";
import { memoryStore } from "offer-code";
import { test } from "vitest";
import { useRedisStores } from "../store/redis-stores.js";
import { history } from "./actions.js";
import { play } from "./play.js";

const stores = useRedisStores();
/** Far more than it takes: a slow machine is no fault. */
const TIMEOUT = 120_000;

test("300 histories over memoryStore go as the rules say", { timeout: TIMEOUT }, async () => {
  await fc.assert(
    fc.asyncProperty(history, (actions) => play(memoryStore(), actions)),
    { numRuns: 300 },
  );
});

test("100 histories over redisStore go as the rules say", { timeout: TIMEOUT }, async () => {
  await fc.assert(
    fc.asyncProperty(history, (actions) => play(stores.make(), actions)),
    { numRuns: 100 },
  );
});
