// @ts-check
import { perSecond } from "../compare.js";
import { messageTo, readyResolver, startRedis, stockedStore, subscriberId } from "../redis.js";
import { fillPool } from "./campaign.js";

const LIST = 10_000;
const THEIR_BATCH = 200;

/** The smallest script that gives a code to a subscriber without one. Its only promise: two calls at once never give one code to two. */
const SMALLEST = `#!lua
local codes = {}
for i = 1, #ARGV do
  local code = redis.call("HGET", KEYS[1], ARGV[i])
  if not code then
    code = redis.call("LPOP", KEYS[2])
    redis.call("HSET", KEYS[1], ARGV[i], code)
  end
  codes[i] = code
end
return codes
`;

/** @typedef {import("../measures.js").Measure} Measure */

/**
 * Claims a code for each of `count` subscribers, in lists of 10,000.
 *
 * @param {import("offer-code").Resolver} resolver
 * @param {number} from
 * @param {number} count
 */
async function resolveAll(resolver, from, count) {
  for (let start = 0; start < count; start += LIST) {
    const messages = Array.from({ length: Math.min(LIST, count - start) }, (_, n) => messageTo(from + start + n));
    await resolver.resolveMany(messages);
  }
}

/** @type {Measure} */
export const claims = {
  name: "claims",
  what: "claims by resolveMany, 10,000 a list",
  against: "the smallest batch script (HGET, LPOP, HSET), 200 a call",
  unit: "claims/s",
  goal: 0.6,
  async pair({ scale }) {
    const count = scale(100_000);
    const redis = await startRedis();
    const sha = String(await redis.theirs.script("LOAD", SMALLEST));
    /** @type {import("offer-code").Resolver | undefined} */
    let resolver;
    return {
      async prepare() {
        await resolver?.close();
        await redis.empty();
        await fillPool(redis.theirs, count);
        resolver = await readyResolver(await stockedStore(redis.ours, count + 1));
      },
      ours: () => perSecond(count, () => resolveAll(/** @type {import("offer-code").Resolver} */ (resolver), 0, count)),
      theirs: () =>
        perSecond(count, async () => {
          for (let start = 0; start < count; start += LIST) {
            const calls = [];
            for (let from = start; from < Math.min(start + LIST, count); from += THEIR_BATCH) {
              const ids = Array.from({ length: THEIR_BATCH }, (_, n) => subscriberId(from + n));
              calls.push(redis.theirs.evalsha(sha, 2, "held", "pool", ...ids));
            }
            await Promise.all(calls);
          }
        }),
      async end() {
        await resolver?.close();
        await redis.stop();
      },
    };
  },
};

/** @type {Measure} */
export const largeOffer = {
  name: "large-offer",
  what: "claims with 5,000,000 codes in the offer",
  against: "with 10,000",
  unit: "claims/s",
  goal: 0.85,
  async pair({ scale }) {
    const claimed = 10_000;
    const many = await startRedis();
    const few = await startRedis();
    const large = await readyResolver(await stockedStore(many.ours, scale(5_000_000)));
    /** @type {import("offer-code").Resolver | undefined} */
    let small;
    let from = 0;
    return {
      async prepare() {
        await small?.close();
        await few.empty();
        small = await readyResolver(await stockedStore(few.ours, claimed + 1));
        from += claimed;
      },
      ours: () => perSecond(claimed, () => resolveAll(large, from, claimed)),
      theirs: () =>
        perSecond(claimed, () => resolveAll(/** @type {import("offer-code").Resolver} */ (small), from, claimed)),
      async end() {
        for (const resolver of [large, small]) await resolver?.close();
        for (const redis of [many, few]) await redis.stop();
      },
    };
  },
};
