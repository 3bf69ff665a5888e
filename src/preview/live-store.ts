import type { Redis, RedisOptions } from "ioredis";
import type { OfferReader } from "../peek.js";
import { importPeer } from "../peer.js";
import { type RedisClient, redisStore } from "../store/redis/index.js";
import type { Milliseconds } from "../units.js";

const CONNECT_LIMIT: Milliseconds = 2000;

export type LiveStore = { store: OfferReader; close(): void };

/**
 * A store in somebody's Redis that can only be read: scripts are run by `EVALSHA_RO` and `EVAL_RO`, in which Redis itself refuses every
 * write. A Redis user without the permission to write suffices.
 */
export async function openLiveStore(url: string, prefix?: string): Promise<LiveStore> {
  const ioredis = await importPeer<{ Redis: new (url: string, options: RedisOptions) => Redis }>("ioredis");
  const redis = new ioredis.Redis(url, {
    connectTimeout: CONNECT_LIMIT,
    maxRetriesPerRequest: 1,
    enableAutoPipelining: true,
    enableReadyCheck: false,
    retryStrategy: (times) => Math.min(times * 200, 2000),
  });
  // Its messages hold the address, and a store that is away is an answer of its own.
  redis.on("error", () => {});
  const store = redisStore(readOnlyClient(redis), prefix === undefined ? {} : { prefix });
  return { store, close: () => redis.disconnect() };
}

/** As much of a client as reading needs. Nothing else is there to be called. */
function readOnlyClient(redis: Redis): RedisClient {
  const client = {
    evalsha: (...args: (string | number)[]) => redis.call("evalsha_ro", ...args),
    eval: (...args: (string | number)[]) => redis.call("eval_ro", ...args),
    hget: (key: string, field: string) => redis.hget(key, field),
    smembers: (key: string) => redis.smembers(key),
  };
  return client as unknown as RedisClient;
}
