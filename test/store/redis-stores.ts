// Stores over one real Redis server for each test file: each store under a prefix of its own.
import { Redis } from "ioredis";
import type { OfferStore } from "offer-code";
import { redisStore } from "offer-code/redis";
import { afterAll, beforeAll } from "vitest";
import { type RedisServer, startRedis } from "../setup/redis.js";

let prefixes = 0;

export type RedisStores = {
  /** An empty store. */
  make(): OfferStore;
  /** The same store as another process would see it: by a connection of its own. */
  makePair(): [OfferStore, OfferStore];
  /** A prefix that no other store has. */
  prefix(): string;
  readonly client: Redis;
  readonly server: RedisServer;
};

/** Call it at the top of a test file, or of a `describe`. */
export function useRedisStores(): RedisStores {
  let server: RedisServer;
  const clients: Redis[] = [];
  beforeAll(async () => {
    server = await startRedis();
    for (let n = 0; n < 2; n++) clients.push(new Redis(server.url, { commandTimeout: 30_000 }));
  });
  beforeAll(() => Promise.all(clients.map((client) => client.ping())));
  afterAll(() => {
    for (const client of clients) client.disconnect();
  });
  return {
    make: () => redisStore(clients[0]!, { prefix: nextPrefix() }),
    makePair() {
      const prefix = nextPrefix();
      return [redisStore(clients[0]!, { prefix }), redisStore(clients[1]!, { prefix })];
    },
    prefix: nextPrefix,
    get client() {
      return clients[0]!;
    },
    get server() {
      return server;
    },
  };
}

function nextPrefix(): string {
  prefixes += 1;
  return `test-${prefixes}`;
}
