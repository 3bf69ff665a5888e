// @ts-check
import { importCodes } from "offer-code";
import { perSecond } from "../compare.js";
import { codeText, codeTexts, emptyStore, OFFER, startRedis } from "../redis.js";

const AT_ONCE = 5000;
const MEGABYTE = 2 ** 20;

/** @typedef {import("../measures.js").Measure} Measure */

/**
 * The import of many codes, told from duplicates over all offers and indexed for redemption, against a set and a list by hand. It fails
 * when this process grows with the number of codes.
 *
 * @type {Measure}
 */
export const importing = {
  name: "import",
  what: "import of 1,000,000 codes, memory of this process flat",
  against: "by hand: SADD for each code in pipelines of 5,000, then RPUSH of the new ones",
  unit: "codes/s",
  goal: 1,
  async pair({ scale }) {
    const count = scale(1_000_000);
    const redis = await startRedis();
    return {
      prepare: async () => void (await redis.empty()),
      async ours() {
        const store = await emptyStore(redis.ours);
        const memory = watchMemory();
        const rate = await perSecond(count, () => importCodes(store, OFFER, codeTexts(count), { batch: "2026-11" }));
        memory.mustBeFlat();
        return rate;
      },
      theirs: () => perSecond(count, () => setAndList(redis.theirs, count)),
      end: () => redis.stop(),
    };
  },
};

/**
 * What one writes to keep the same promise: a set that refuses each code it has, asked in one pipeline, then the new ones into the list.
 *
 * @param {import("ioredis").Redis} client
 * @param {number} count
 */
async function setAndList(client, count) {
  for (let from = 0; from < count; from += AT_ONCE) {
    const codes = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, n) => codeText(from + n));
    const pipeline = client.pipeline();
    for (const code of codes) pipeline.sadd("codes", code.toLowerCase());
    const replies = (await pipeline.exec()) ?? [];
    await client.rpush("pool", ...codes.filter((_, n) => replies[n]?.[1] === 1));
  }
}

/** Looks at the memory in use while something runs. Flat: what is in use late is no more than what was in use early, but for 32 MB. */
function watchMemory() {
  /** @type {number[]} */
  const seen = [];
  const timer = setInterval(() => seen.push(process.memoryUsage().heapUsed), 20);
  return {
    mustBeFlat() {
      clearInterval(timer);
      const third = Math.floor(seen.length / 3);
      const [early, late] = [least(seen.slice(0, third)), least(seen.slice(-third))];
      if (third > 2 && late > early + 32 * MEGABYTE) {
        throw new Error(`the import grew from ${Math.round(early / MEGABYTE)} to ${Math.round(late / MEGABYTE)} MB`);
      }
    },
  };
}

/** What is in use after a collection: the least of some moments. @param {number[]} values */
function least(values) {
  return values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}
