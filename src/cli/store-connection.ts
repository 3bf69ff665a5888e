import type { Redis, RedisOptions } from "ioredis";
import { InvalidInputError, StoreUnavailableError } from "../domain/errors.js";
import type { Milliseconds } from "../domain/units.js";
import { importPeer } from "../preview/peer.js";
import { type RedisStore, redisStore } from "../store/redis/redis-store.js";

const DEFAULT_URL = "redis://localhost:6379";
const CONNECT_WITHIN: Milliseconds = 5000;
/** A command of a person may wait longer than a message may. */
const ANSWER_WITHIN: Milliseconds = 10_000;

export type OpenStore = { readonly store: RedisStore; close(): Promise<void> };

/** Connects to the Redis of a URL, or of `REDIS_URL`. Rejects with one line that says what is wrong. */
export async function openStore(url: string | undefined, prefix: string | undefined): Promise<OpenStore> {
  const address = new Address(url ?? process.env.REDIS_URL ?? DEFAULT_URL);
  const { Redis } = await importPeer<typeof import("ioredis")>("ioredis");
  const client = new Redis(address.url, {
    lazyConnect: true,
    connectTimeout: CONNECT_WITHIN,
    commandTimeout: ANSWER_WITHIN,
    maxRetriesPerRequest: 3,
    retryStrategy: () => null,
    reconnectOnError: () => false,
  } satisfies RedisOptions);
  try {
    await connect(client, address);
    return { store: storeOver(client, prefix), close: async () => client.disconnect() };
  } catch (error) {
    client.disconnect();
    throw error;
  }
}

function storeOver(client: Redis, prefix: string | undefined): RedisStore {
  client.options.retryStrategy = (times) => (times > 5 ? null : times * 100);
  const onWarning = (text: string) => process.stderr.write(`offer-code: warning: ${text}\n`);
  return redisStore(client, { timeout: ANSWER_WITHIN, onWarning, ...(prefix !== undefined && { prefix }) });
}

async function connect(client: Redis, address: Address): Promise<void> {
  let cause: unknown;
  client.on("error", (error) => {
    cause = error;
  });
  try {
    await within(CONNECT_WITHIN, client.connect());
    await within(CONNECT_WITHIN, client.ping());
  } catch (error) {
    throw new StoreUnavailableError(`Redis at ${address.shown}: ${reasonOf(cause ?? error)}`, { cause: error });
  }
}

function within<Reply>(time: Milliseconds, reply: Promise<Reply>): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`it does not answer within ${time / 1000} seconds`)), time);
    reply.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

/** A Redis URL, and how it is shown: never with its password. */
class Address {
  readonly shown: string;

  constructor(readonly url: string) {
    if (!/^(rediss?|unix):\/\/|^\//i.test(url)) throw this.#wrong();
    this.shown = /^redis/i.test(url) ? this.#hostAndPort() : url.replace(/^unix:\/\//i, "").replace(/\?.*/, "");
  }

  #hostAndPort(): string {
    try {
      const { hostname, port } = new URL(this.url);
      return `${hostname || "localhost"}:${port || "6379"}`;
    } catch {
      throw this.#wrong();
    }
  }

  #wrong(): InvalidInputError {
    return new InvalidInputError(`the address of Redis: expected a URL such as ${DEFAULT_URL}`);
  }
}

function reasonOf(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (/NOAUTH/.test(message)) return "it wants a password: redis://:PASSWORD@HOST:PORT";
  if (/WRONGPASS|AUTH/.test(message)) return "it refuses this user or password";
  if (/NOPERM/.test(message)) return "this user may not do that there";
  const texts: Record<string, string> = {
    ECONNREFUSED: "nothing answers there (connection refused)",
    ENOTFOUND: "there is no host of that name",
    EAI_AGAIN: "the name of the host cannot be looked up",
    ENOENT: "there is no such socket",
    ETIMEDOUT: "it does not answer",
    ECONNRESET: "it ended the connection",
  };
  return texts[code] ?? (message || code || String(error));
}
