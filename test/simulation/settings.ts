import { Redis } from "ioredis";
import { type RedisServer, startRedisServer } from "../setup/redis-server.js";
import { memoryBacking } from "./memory-backing.js";
import { redisBacking } from "./redis-backing.js";
import type { Setting } from "./run.js";

export type BackingName = "memory" | "redis";

export const overMemory: Setting = { make: memoryBacking, turns: 1 };

/** A server of its own, and the setting that runs schedules over it. */
export async function startOverRedis(): Promise<{ setting: Setting; stop(): Promise<void> }> {
  const server: RedisServer = await startRedisServer({});
  const redis = new Redis(server.url);
  return {
    // A reply that is late waits one turn more: see `bounded`.
    setting: { make: redisBacking(redis), turns: 3 },
    async stop() {
      redis.disconnect();
      await server.stop();
    },
  };
}
