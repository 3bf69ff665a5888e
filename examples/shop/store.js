import { memoryStore } from "offer-code";
import { redisStore } from "offer-code/redis";

/** The embedded store, or the Redis at this address under a prefix of its own. */
export async function openStore(url) {
  if (url === undefined || url === "")
    return { store: memoryStore(), place: "this process's memory", close: async () => {} };
  const { Redis } = await import("ioredis");
  const client = new Redis(url, { commandTimeout: 5000, maxRetriesPerRequest: 1, lazyConnect: true });
  let trouble;
  client.on("error", (error) => {
    trouble = error;
  });
  await client.connect().catch((error) => {
    client.disconnect();
    throw new Error(`the Redis of REDIS_URL cannot be reached: ${(trouble ?? error).message}`);
  });
  const prefix = `offer-code-start-${process.pid}-${Date.now()}`;
  return { store: redisStore(client, { prefix }), place: "Redis", close: () => removeAll(client, prefix) };
}

async function removeAll(client, prefix) {
  for await (const keys of client.scanStream({ match: `${prefix}:*`, count: 1000 })) {
    if (keys.length > 0) await client.unlink(...keys);
  }
  await client.quit();
}
