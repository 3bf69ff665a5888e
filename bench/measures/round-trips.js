// @ts-check
import { DAY, messageTo, readyResolver, startRedis, stockedStore } from "../redis.js";

/** @typedef {import("../measures.js").RoundTrips} RoundTrips */

/**
 * Counts by MONITOR the commands that the server receives on our connection. Commands of a script and the heartbeat do not count.
 *
 * @type {RoundTrips}
 */
export const roundTrips = {
  name: "round-trips",
  async count() {
    const redis = await startRedis();
    const monitor = await redis.theirs.monitor();
    /** @type {string[]} */
    const heard = [];
    const own = await redis.ours.client("INFO");
    const address = /\baddr=(\S+)/.exec(String(own))?.[1];
    monitor.on("monitor", (_time, [command], source) => {
      if (source === address && command !== "publish" && command !== "ping") heard.push(command);
    });

    let now = Date.now();
    const store = await stockedStore(redis.ours, 3000);
    const warm = () => readyResolver(store, () => now);
    const resolver = await warm();

    /** @param {() => Promise<unknown>} ask */
    async function callsOf(ask) {
      await settled();
      heard.length = 0;
      await ask();
      await settled();
      return heard.length;
    }

    /** Everything sent before an answered PING has reached the monitor. */
    async function settled() {
      await redis.ours.ping();
      await redis.theirs.ping();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }

    const message = messageTo(1, "a");
    const first = await callsOf(() => resolver.resolve(message));
    const cached = await callsOf(() => resolver.resolve(message));
    const others = await warm();
    const kept = await callsOf(() => others.resolve(messageTo(1, "b")));
    const cachedByOthers = await callsOf(() => others.resolve(messageTo(1, "c")));
    now += 91 * DAY;
    const late = await warm();
    const replaced = await callsOf(() => late.resolve(messageTo(1, "d")));
    const many = await callsOf(() => late.resolveMany(Array.from({ length: 1000 }, (_, n) => messageTo(n + 10, "e"))));
    for (const each of [resolver, others, late]) await each.close();
    monitor.disconnect();
    await redis.stop();
    return [
      { what: "first code", goal: 1, calls: first },
      { what: "kept code", goal: 1, calls: kept },
      { what: "replaced code, not known before", goal: 2, calls: replaced },
      { what: "1,000 messages of one tick of one offer", goal: 5, calls: many },
      { what: "cached code", goal: 0, calls: Math.max(cached, cachedByOthers) },
    ];
  },
};
