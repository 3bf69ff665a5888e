// One of the processes of a race, over the built package. It receives its messages, waits for the start and resolves all at once.
import process from "node:process";
import { Redis } from "ioredis";
import { Redis as Valkey } from "iovalkey";
import { createResolver } from "offer-code";
import { fromNodeRedis, redisStore } from "offer-code/redis";
import { createClient } from "redis";

const connect = {
  ioredis: () => new Redis(url, { commandTimeout: 30_000 }),
  "node-redis": async () => fromNodeRedis(await createClient({ url }).connect()),
  iovalkey: () => new Valkey(url, { commandTimeout: 30_000 }),
};

const [url, prefix, library] = process.argv.slice(2);
const client = await connect[library]();
const resolver = createResolver({ store: redisStore(client, { prefix, timeout: 30_000 }) });
let asks = [];

// Whoever started this process ends it, once it has read the answers.
process.on("disconnect", () => process.exit());
process.on("message", (word) => {
  if (word === "start") race();
  else {
    asks = word;
    client.call("ping").then(() => process.send("ready"));
  }
});

async function race() {
  process.send(await Promise.all(asks.map(answer)));
}

async function answer({ release, ...message }) {
  const { code, reason, isNew } = await resolver.resolve(message);
  const { status } = release ? await resolver.release(message) : {};
  return { subscriberId: message.subscriberId, code, reason, isNew, isReleased: status === "released" };
}
