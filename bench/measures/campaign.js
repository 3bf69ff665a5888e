// @ts-check
import { atOnce, perSecond } from "../compare.js";
import { codeTexts, messageTo, readyResolver, startRedis, stockedStore, subscriberId } from "../redis.js";
import { DATA, ourHandlebars, plainHandlebars } from "../templates.js";

const AT_ONCE = 1000;
const PUSHED_AT_ONCE = 10_000;

/** @typedef {import("../measures.js").Measure} Measure */

/**
 * What one writes without this package: a holder of a code is sent it again, anybody else takes one from the list. Two messages to one
 * subscriber at the same time take two.
 *
 * @param {import("ioredis").Redis} client
 */
function handWritten(client) {
  const template = plainHandlebars();
  return async (/** @type {number} */ n) => {
    const subscriber = subscriberId(n);
    let code = await client.hget("held", subscriber);
    if (code === null) {
      code = await client.lpop("pool");
      await client.hset("held", subscriber, String(code));
    }
    return template({ ...DATA, code });
  };
}

/**
 * @param {import("ioredis").Redis} client
 * @param {number} count
 */
export async function fillPool(client, count) {
  const codes = [...codeTexts(count)];
  for (let from = 0; from < count; from += PUSHED_AT_ONCE) {
    await client.rpush("pool", ...codes.slice(from, from + PUSHED_AT_ONCE));
  }
}

/**
 * A campaign to subscribers who hold nothing: each message claims a code and is rendered.
 *
 * @param {number} full
 * @param {number} most
 * @returns {Measure["pair"]}
 */
function coldCampaign(full, most) {
  return async ({ scale }) => {
    const messages = scale(full);
    const redis = await startRedis({ enableAutoPipelining: true });
    const theirs = handWritten(redis.theirs);
    /** @type {import("offer-code").Resolver | undefined} */
    let resolver;
    return {
      async prepare() {
        await resolver?.close();
        await redis.empty();
        await fillPool(redis.theirs, messages);
        resolver = await readyResolver(await stockedStore(redis.ours, messages + 1));
      },
      async ours() {
        const template = ourHandlebars(/** @type {import("offer-code").Resolver} */ (resolver));
        return perSecond(messages, () => atOnce(most, messages, (n) => template({ ...DATA }, messageTo(n))));
      },
      theirs: () => perSecond(messages, () => atOnce(most, messages, theirs)),
      async end() {
        await resolver?.close();
        await redis.stop();
      },
    };
  };
}

/** @type {Measure} */
export const campaign = {
  name: "campaign-cold",
  what: "a campaign, cold: render and claim, 1,000 at once",
  against: "hand-written HGET, LPOP, HSET with auto-pipelining",
  unit: "messages/s",
  goal: 3,
  pair: coldCampaign(200_000, AT_ONCE),
};

/** @type {Measure} */
export const oneByOne = {
  name: "campaign-one-by-one",
  what: "the same, one message at a time",
  against: "the same",
  unit: "messages/s",
  goal: 1,
  pair: coldCampaign(10_000, 1),
};
