// A worker that sends messages: claims a code, delivers it to the "mailbox", acknowledges the job. It dies at the given point.
import { Redis } from "ioredis";
import { createResolver } from "../../dist/src/index.js";
import { redisStore } from "../../dist/src/store/redis/index.js";

const [url, diesAfter] = process.argv.slice(2);
const client = new Redis(url, { commandTimeout: 5_000 });
const resolver = createResolver({ store: redisStore(client), cache: false });

for (let job = await client.lindex("jobs", 0); job !== null; job = await client.lindex("jobs", 0)) {
  const message = JSON.parse(job);
  const { code } = await resolver.resolve(message);
  if (diesAfter === "claim") process.kill(process.pid, "SIGKILL");
  await client.rpush(`mailbox:${message.id}`, code);
  if (diesAfter === "send") process.kill(process.pid, "SIGKILL");
  await client.lpop("jobs");
  if (diesAfter === "acknowledge") process.kill(process.pid, "SIGKILL");
}
await resolver.close();
client.disconnect();
