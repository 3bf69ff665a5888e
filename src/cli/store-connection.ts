import type { Cluster, Redis, RedisOptions } from "ioredis";
import { InvalidInputError, StoreUnavailableError } from "../domain/errors.js";
import type { Milliseconds } from "../domain/units.js";
import { importPeer } from "../preview/peer.js";
import { type RedisStore, redisStore } from "../store/redis/redis-store.js";
import { withTimeout } from "../store/with-timeout.js";

const DEFAULT_URL = "redis://localhost:6379";
const PASSWORD_SHOWN =
  "the password of Redis is on the command line, where other users of this machine can read it; set a variable instead (see --help)";
const CONNECT_WITHIN: Milliseconds = 5000;
/** A command of a person may wait longer than a message may. */
const ANSWER_WITHIN: Milliseconds = 10_000;

export type OpenStore = { readonly store: RedisStore; close(): Promise<void> };

/**
 * Connects to the Redis of a URL, or of `REDIS_URL`; to a cluster by one or several addresses, separated by commas. Rejects with one
 * line that says what is wrong.
 */
export async function openStore(url: string | undefined, prefix: string | undefined): Promise<OpenStore> {
  const addresses = addressesIn(url ?? process.env.REDIS_URL ?? DEFAULT_URL);
  const client = await connectedClient(addresses);
  try {
    const opened = { store: storeOver(client, prefix), close: async () => client.disconnect() };
    for (const address of addresses) address.warnOfPassword();
    return opened;
  } catch (error) {
    client.disconnect();
    throw error;
  }
}

function addressesIn(urls: string): [Address, ...Address[]] {
  const [first = "", ...others] = urls.split(/,\s*(?=rediss?:)/i);
  return [new Address(first), ...others.map((url) => new Address(url))];
}

function storeOver(client: Redis | Cluster, prefix: string | undefined): RedisStore {
  const retry = (times: number) => (times > 5 ? null : times * 100);
  if (client.isCluster) (client as Cluster).options.clusterRetryStrategy = retry;
  else (client as Redis).options.retryStrategy = retry;
  const onWarning = (text: string) => process.stderr.write(`offer-code: warning: ${text}\n`);
  return redisStore(client, { timeout: ANSWER_WITHIN, onWarning, ...(prefix !== undefined && { prefix }) });
}

/** A single address may belong to a node of a cluster, which then shows the others. */
async function connectedClient(addresses: readonly [Address, ...Address[]]): Promise<Redis | Cluster> {
  const ioredis = await importPeer<typeof import("ioredis")>("ioredis");
  const [first] = addresses;
  if (addresses.length > 1) return connect(clusterOf(ioredis, addresses), addresses);
  const client = await connect(new ioredis.Redis(first.url, { ...CONNECTION, lazyConnect: true }), addresses);
  const info = await client.info("server").catch(() => "");
  if (!/^redis_mode:cluster/m.test(String(info))) return client;
  client.disconnect();
  return connect(clusterOf(ioredis, addresses), addresses);
}

const CONNECTION = {
  connectTimeout: CONNECT_WITHIN,
  commandTimeout: ANSWER_WITHIN,
  maxRetriesPerRequest: 3,
  retryStrategy: () => null,
  reconnectOnError: () => false,
} satisfies RedisOptions;

function clusterOf({ Cluster }: typeof import("ioredis"), addresses: readonly [Address, ...Address[]]): Cluster {
  const { protocol, username, password } = new URL(addresses[0].url);
  const redisOptions = {
    ...CONNECTION,
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" && { tls: {} }),
  };
  return new Cluster(
    addresses.map(({ url }) => url),
    { lazyConnect: true, clusterRetryStrategy: () => null, redisOptions },
  );
}

async function connect<Client extends Redis | Cluster>(client: Client, addresses: readonly Address[]): Promise<Client> {
  let cause: unknown;
  let nodeCause: unknown;
  const events: NodeJS.EventEmitter = client;
  events.on("error", (error) => {
    cause = error;
  });
  events.on("node error", (error) => {
    nodeCause = error;
  });
  const late = () => new Error(`it does not answer within ${CONNECT_WITHIN / 1000} seconds`);
  try {
    await withTimeout(CONNECT_WITHIN, late, client.connect());
    await withTimeout(CONNECT_WITHIN, late, client.ping());
    return client;
  } catch (error) {
    client.disconnect();
    const shown = addresses.map((address) => address.shown).join(", ");
    throw new StoreUnavailableError(`Redis at ${shown}: ${reasonOf(nodeCause ?? cause ?? error)}`, { cause: error });
  }
}

/** A Redis URL, and how it is shown: never with its password. */
class Address {
  readonly shown: string;

  constructor(readonly url: string) {
    if (!/^(rediss?|unix):\/\/|^\//i.test(url)) throw this.#wrong();
    this.shown = /^redis/i.test(url) ? this.#hostAndPort() : url.replace(/^unix:\/\//i, "").replace(/\?.*/, "");
  }

  /** Every user of a machine can read the arguments of its processes. */
  warnOfPassword(): void {
    if (!/^redis/i.test(this.url) || new URL(this.url).password === "") return;
    if (!process.argv.some((argument) => argument.includes(this.url))) return;
    process.stderr.write(`offer-code: warning: ${PASSWORD_SHOWN}\n`);
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
  if (message === "Connection is closed.") return "nothing answers there";
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
