// @ts-check
import { atOnce, perSecond } from "../compare.js";
import { codeText, messageTo, readyResolver, startRedis, stockedStore, subscriberId } from "../redis.js";
import { DATA, ourHandlebars, plainHandlebars } from "../templates.js";

const AT_ONCE = 1000;
const READ_AT_ONCE = 250;

/** @typedef {import("../measures.js").Measure} Measure */

/**
 * A campaign whose subscribers all hold valid codes, in a process with an empty cache.
 *
 * @param {(client: import("ioredis").Redis, messages: number) => Promise<unknown>} theirCampaign
 * @returns {Measure["pair"]}
 */
function keptCampaign(theirCampaign) {
  return async ({ scale }) => {
    const messages = scale(100_000);
    const redis = await startRedis({ enableAutoPipelining: true });
    const store = await stockedStore(redis.ours, messages + 1);
    const before = await readyResolver(store);
    for (const campaign of ["before", "shared"]) {
      await atOnce(AT_ONCE, messages, (n) => before.resolve(messageTo(n, campaign)));
    }
    await before.close();
    for (let n = 0; n < messages; n++) {
      void redis.theirs.hset("held", subscriberId(n), theirRecord(n));
      if (n % AT_ONCE === 0) await redis.theirs.ping();
    }
    return {
      async ours() {
        const resolver = await readyResolver(store);
        const template = ourHandlebars(resolver);
        const rate = await perSecond(messages, () =>
          atOnce(AT_ONCE, messages, (n) => template({ ...DATA }, messageTo(n, "now"))),
        );
        await resolver.close();
        return rate;
      },
      theirs: () => perSecond(messages, () => theirCampaign(redis.theirs, messages)),
      end: () => redis.stop(),
    };
  };
}

/** The same facts as ours: code, subscriber, message, instant. @param {number} n */
function theirRecord(n) {
  return [codeText(n), subscriberId(n), `before_${n}`, Date.now().toString(36)].join("\t");
}

/**
 * @param {ReturnType<typeof plainHandlebars>} template
 * @param {string | null | undefined} record
 */
function render(template, record) {
  const [code, , , issuedAt = ""] = (record ?? "").split("\t");
  return template({ ...DATA, code, issuedAt: Number.parseInt(issuedAt, 36) });
}

/** @type {Measure} */
export const kept = {
  name: "campaign-kept",
  what: "a campaign to holders of valid codes, cold cache, 1,000 at once",
  against: "pipelined HMGETs of the same records, 250 a call",
  unit: "messages/s",
  goal: 0.7,
  pair: keptCampaign((client, messages) => {
    const template = plainHandlebars();
    return atOnce(AT_ONCE / READ_AT_ONCE, Math.ceil(messages / READ_AT_ONCE), async (chunk) => {
      const from = chunk * READ_AT_ONCE;
      const ids = Array.from({ length: Math.min(READ_AT_ONCE, messages - from) }, (_, n) => subscriberId(from + n));
      for (const record of await client.hmget("held", ...ids)) render(template, record);
    });
  }),
};

/** @type {Measure} */
export const keptOneByOne = {
  name: "campaign-kept-by-message",
  what: "the same",
  against: "an HMGET for each message, auto-pipelined",
  unit: "messages/s",
  goal: 0.7,
  pair: keptCampaign((client, messages) => {
    const template = plainHandlebars();
    return atOnce(AT_ONCE, messages, async (n) => render(template, (await client.hmget("held", subscriberId(n)))[0]));
  }),
};
