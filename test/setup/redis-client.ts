import { Redis } from "ioredis";
import type { RedisServer } from "./redis-server.js";

/** Calls `use` with a connection of its own and closes it afterwards. */
export async function withClient<T>(server: RedisServer, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(server.url, { maxRetriesPerRequest: 1 });
  client.on("error", () => {});
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}
