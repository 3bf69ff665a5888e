// Revocations among everything else: what a store in Redis answers is what a store in memory does, and its keys agree, apart from messages that claimed a second
// code long after the first.
import { memoryStore, type OfferStore } from "offer-code";
import { expect, test } from "vitest";
import type { RedisStore } from "../../src/store/redis/index.js";
import { codeList, NOON, stock } from "../fixtures.js";
import { claim, totals } from "./contract/tools.js";
import { useRedisStores } from "./redis-stores.js";

const stores = useRedisStores();

const CODES = codeList("C", 24);
const PEOPLE = ["ann", "ben", "cat"];
const STEPS = 120;

type Step = (store: OfferStore) => Promise<unknown>;

/** The same steps for the same seed. */
function randomSteps(seed: number): Step[] {
  let state = seed;
  const random = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const pick = <Item>(items: readonly Item[]) => items[random(items.length)] as Item;
  return Array.from({ length: STEPS }, (_, n): Step => {
    const [kind, code, who, messageId] = [random(20), pick(CODES), pick(PEOPLE), `m${random(12)}`];
    const now = NOON + n;
    const reusable = pick(["first", "latest", null] as const);
    if (kind < 8) return (store) => claim(store, who, messageId, { now, reusable });
    if (kind < 12) return (store) => store.revoke(code);
    if (kind < 14) return (store) => store.restore(code);
    if (kind < 16) return (store) => store.release("welcome", who, messageId);
    if (kind < 17) return (store) => store.redeem(code, now);
    if (kind < 18) return (store) => claim(store, who, messageId, { now, holding: null, reusable });
    const item = { code, subscriberId: who, messageId: `old ${n}`, issuedAt: now, redeemedAt: null };
    if (kind < 19) return (store) => store.assign("welcome", { id: "b1" }, [item]);
    return async (store) => store.merge?.(who, pick(PEOPLE.filter((other) => other !== who)));
  });
}

async function stateOf(store: OfferStore) {
  return {
    holdings: await store.holdings("welcome", PEOPLE),
    codes: await Promise.all(CODES.map((code) => store.findCode(code))),
    totals: await totals(store),
  };
}

test.each(Array.from({ length: 8 }, (_, n) => n + 1))("random steps, seed %i", async (seed) => {
  const [redis, memory] = [stores.make() as RedisStore, memoryStore()];
  for (const store of [redis, memory]) await stock(store, {}, [{ id: "b1", codes: CODES }]);
  const [ofRedis, ofMemory] = [randomSteps(seed), randomSteps(seed)];
  for (const [n, step] of ofRedis.entries()) {
    expect(await step(redis), `step ${n}`).toEqual(await ofMemory[n]!(memory));
    expect(await stateOf(redis), `after step ${n}`).toEqual(await stateOf(memory));
  }
  const { findings, inPool } = await redis.reconcile("welcome");
  expect({ findings: findings.filter(({ fault }) => fault !== "message-twice"), inPool }).toEqual({
    findings: [],
    inPool: (await totals(redis)).inPool,
  });
});
