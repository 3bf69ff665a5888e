// @ts-check
import { Redis } from "ioredis";
import { createResolver, importCodes } from "offer-code";
import { redisStore } from "offer-code/redis";
import { startRedisServer } from "../test/setup/redis-server.js";

export const OFFER = "welcome10";
export const DAY = 86_400_000;
let prefixes = 0;

/**
 * Starts a Redis server for one measure, with one connection for ours and one for theirs.
 *
 * @param {{ enableAutoPipelining?: boolean }} [theirOptions]
 */
export async function startRedis({ enableAutoPipelining = false } = {}) {
  const server = await startRedisServer();
  const ours = new Redis({ host: server.host, port: server.port, commandTimeout: 60_000 });
  const theirs = new Redis({ host: server.host, port: server.port, commandTimeout: 60_000, enableAutoPipelining });
  return {
    server,
    ours,
    theirs,
    /** Empties the server, which is the measure's own. */
    empty: () => theirs.flushall("SYNC"),
    async stop() {
      ours.disconnect();
      theirs.disconnect();
      await server.stop();
    },
  };
}

/**
 * Creates an offer with this many codes, in a store of its own on the same server.
 *
 * @param {Redis} client
 * @param {number} codes
 */
export async function stockedStore(client, codes) {
  const store = await emptyStore(client);
  await importCodes(store, OFFER, codeTexts(codes), { batch: "2026-11" });
  return store;
}

/**
 * The same without its codes.
 *
 * @param {Redis} client
 */
export async function emptyStore(client) {
  prefixes += 1;
  const store = redisStore(client, { prefix: `bench${prefixes}`, timeout: 60_000 });
  const window = /** @type {const} */ ({ type: "time-to-live", amount: 90, unit: "day" });
  await store.saveOffer({ id: OFFER, name: "10% off", window });
  return store;
}

/**
 * Creates a resolver that has loaded the offer, so that the measure covers a campaign under way.
 *
 * @param {import("offer-code").OfferStore} store
 * @param {() => number} [now]
 */
export async function readyResolver(store, now = Date.now) {
  const resolver = createResolver({ store, now });
  await resolver.resolve({ id: "first", type: "campaign", subscriberId: "first", offerId: OFFER });
  return resolver;
}

/**
 * @param {number} count
 * @param {string} [prefix]
 * @returns {Generator<string>}
 */
export function* codeTexts(count, prefix = "SAVE") {
  for (let n = 0; n < count; n++) yield codeText(n, prefix);
}

/**
 * A code such as shops generate: SAVE-0000M3-9X4K.
 *
 * @param {number} n
 * @param {string} [prefix]
 */
export function codeText(n, prefix = "SAVE") {
  const number = n.toString(36).toUpperCase().padStart(6, "0");
  const noise = ((Math.imul(n, 0x9e3779b1) >>> 0) % 1_679_616).toString(36).toUpperCase().padStart(4, "0");
  return `${prefix}-${number}-${noise}`;
}

/** @param {number} n */
export const subscriberId = (n) => `sub_${1_000_000 + n}`;

/**
 * @param {number} n
 * @param {string} [campaign]
 * @returns {import("offer-code").Message}
 */
export function messageTo(n, campaign = "m") {
  return { id: `${campaign}_${n}`, type: "campaign", channel: "email", subscriberId: subscriberId(n), offerId: OFFER };
}
