// A process that imports one code and says how it ended. Its client has no command timeout: it waits as long as it is stopped.
import process from "node:process";
import { Redis } from "ioredis";
import { redisStore } from "../../dist/src/store/redis/index.js";

const [url, offerId, code] = process.argv.slice(2);
const client = new Redis(url);
const store = redisStore(client, { timeout: 20_000, onWarning: () => {} });
const ended = await store.addCodes(offerId, { id: "b1" }, [code]).then(
  ({ outcomes }) => outcomes.join(),
  ({ message }) => message,
);
process.send(ended);
client.disconnect();
