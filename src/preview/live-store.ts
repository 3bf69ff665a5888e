import type { Redis, RedisOptions } from "ioredis";
import type { Milliseconds } from "../domain/units.js";
import type { OfferReader } from "../resolver/peek.js";
import { type StoreKeys, storeKeys } from "../store/redis/keys.js";
import { type RedisClient, redisStore } from "../store/redis/redis-store.js";
import { importPeer } from "./peer.js";

const CONNECT_LIMIT: Milliseconds = 2000;

/** `problem`: why nothing can be previewed from it, in words for a person, or `null`. */
export type LiveStore = { store: OfferReader; problem(): Promise<string | null>; close(): void };

/**
 * A store in somebody's Redis that can only be read: scripts are run by `EVALSHA_RO` and `EVAL_RO`, in which Redis itself refuses every
 * write. A Redis user without the permission to write suffices.
 */
export async function openLiveStore(url: string, prefix?: string): Promise<LiveStore> {
  const ioredis = await importPeer<{ Redis: new (url: string, options: RedisOptions) => Redis }>("ioredis");
  const redis = new ioredis.Redis(url, {
    connectTimeout: CONNECT_LIMIT,
    maxRetriesPerRequest: 1,
    enableReadyCheck: false,
    retryStrategy: (times) => Math.min(times * 200, 2000),
  });
  // Its messages contain the address, and an unavailable store is a case of its own.
  redis.on("error", () => {});
  const store = redisStore(readOnlyClient(redis), prefix === undefined ? {} : { prefix });
  const keys = storeKeys(prefix);
  return { store, problem: () => problemWith(redis, keys), close: () => redis.disconnect() };
}

async function problemWith(redis: Redis, { prefix, offers }: StoreKeys): Promise<string | null> {
  try {
    if ((await redis.exists(offers)) === 1) return null;
    return `--prefix: expected the prefix of a store with offers, but got: ${JSON.stringify(prefix)}`;
  } catch (error) {
    if (!/NOPERM/.test(String(error))) throw error;
    return `--prefix: expected a prefix that this user of Redis may read, but got: ${JSON.stringify(prefix)}`;
  }
}

const READS: ReadonlySet<string> = new Set(["info", "exists", "sismember", "hget", "lrange", "smembers"]);

/** A client that can only read. Anything else is refused as Redis itself refuses a user who may not. */
function readOnlyClient(redis: Redis): RedisClient {
  const refuse = () => {
    throw new ReadOnlyError("a preview only reads");
  };
  return {
    isReadOnly: true,
    async call(command, ...args) {
      if (command === "evalsha" || command === "eval") return redis.call(`${command}_ro`, ...args);
      if (!READS.has(command)) throw new ReadOnlyError(`a preview may not run ${command}`);
      return redis.call(command, ...args);
    },
    pipeline: refuse,
    duplicate: refuse,
    subscribe: refuse,
    on: refuse,
    disconnect: refuse,
  };
}

class ReadOnlyError extends Error {
  override name = "ReplyError";
}
