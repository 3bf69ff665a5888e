// @ts-check
import { atOnce } from "../compare.js";
import { codeTexts, messageTo, readyResolver, startRedis, stockedStore, subscriberId } from "../redis.js";
import { fillPool } from "./campaign.js";

const AT_ONCE = 1000;

/** @typedef {import("../measures.js").Count} Count */

/** @type {Count} */
export const memory = {
  name: "memory",
  what: "memory in Redis, all keys, per code given out",
  against: "a string key per subscriber with the same facts, plus the list of codes",
  unit: "bytes",
  goal: 0.75,
  async count({ scale }) {
    const codes = scale(200_000);
    const redis = await startRedis();
    const start = await usedMemory(redis.theirs);
    const resolver = await readyResolver(await stockedStore(redis.ours, codes + 1));
    await atOnce(AT_ONCE, codes, (n) => resolver.resolve(messageTo(n)));
    await resolver.close();
    const ours = (await usedMemory(redis.theirs)) - start;
    await redis.empty();
    const empty = await usedMemory(redis.theirs);
    await fillPool(redis.theirs, codes);
    let n = 0;
    for (const code of codeTexts(codes)) {
      const value = [code, messageTo(n).id, Date.now().toString(36)].join("\t");
      void redis.theirs.set(`offer:welcome10:${subscriberId(n)}`, value);
      n += 1;
      if (n % AT_ONCE === 0) await redis.theirs.ping();
    }
    const theirs = (await usedMemory(redis.theirs)) - empty;
    await redis.stop();
    return { ours: ours / codes, theirs: theirs / codes };
  },
};

/** @param {import("ioredis").Redis} client */
async function usedMemory(client) {
  return Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]);
}
