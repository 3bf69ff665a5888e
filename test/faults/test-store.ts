// What the tests of this folder share: a store under load, and a ledger of what was shown to whom.
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { createResolver, importCodes, type Message, type OfferInput, type OfferStore, type Resolver } from "offer-code";
import { fromNodeRedis, type RedisClient, type RedisStore, type RedisStoreOptions, redisStore } from "offer-code/redis";
import { createClient } from "redis";
import { afterAll, vi } from "vitest";
import { scriptNames } from "../../src/store/redis/lua.js";

/** `npm run test:faults` runs the second number, `npm test` the first. */
export function size(short: number, long: number): number {
  return process.env.OFFER_CODE_FAULTS === "long" ? long : short;
}

const clients: RedisClient[] = [];

vi.setConfig({ testTimeout: size(120_000, 1_200_000), hookTimeout: size(120_000, 1_200_000) });

/** The options of ioredis that people set. */
export type ClientOptions = Pick<
  RedisOptions,
  | "autoResendUnfulfilledCommands"
  | "commandTimeout"
  | "enableAutoPipelining"
  | "enableOfflineQueue"
  | "enableReadyCheck"
  | "lazyConnect"
  | "maxRetriesPerRequest"
  | "retryStrategy"
>;

/** A client that is closed at the end of the test file. */
export function client(url: string, options: ClientOptions = {}, Client: typeof Redis = Redis): Redis {
  return kept(new Client(url, { commandTimeout: 5_000, retryStrategy: () => 20, ...options }));
}

export function kept<Client extends RedisClient>(made: Client): Client {
  made.on("error", () => {});
  if (clients.length === 0) afterAll(disconnectAll);
  clients.push(made);
  return made;
}

function disconnectAll(): void {
  for (const each of clients.splice(0)) each.disconnect();
}

/** A client of node-redis as the store takes it, which is gone when the test file is. */
export async function nodeRedisClient(url: string, create: typeof createClient = createClient): Promise<RedisClient> {
  const made = create({ url, socket: { reconnectStrategy: () => 20 } });
  made.on("error", () => {});
  await made.connect();
  return kept(fromNodeRedis(made));
}

export function clusterClient(port: number): Cluster {
  return kept(
    new Cluster([{ host: "127.0.0.1", port }], {
      clusterRetryStrategy: () => 50,
      slotsRefreshInterval: 200,
      redisOptions: { commandTimeout: 5_000 },
    }),
  );
}

export type TestStore = {
  store: RedisStore;
  resolver: Resolver;
  ask(id: string, subscriberId?: string): Promise<Shown>;
};
type Shown = Awaited<ReturnType<Resolver["resolve"]>>;

/** A resolver over a store with its own connection, without a cache by default. */
export function testStore(over: RedisClient, options: RedisStoreOptions = {}, cache?: { maxAge: number }): TestStore {
  const store = redisStore(over, { onWarning: () => {}, ...options });
  const resolver = createResolver({ store, cache: cache ?? false });
  return { store, resolver, ask: (id, subscriberId = `to-${id}`) => resolver.resolve(messageOf(id, subscriberId)) };
}

export function messageOf(id: string, subscriberId: string, offerId = "welcome"): Message {
  return { id, type: "campaign", subscriberId, offerId };
}

export async function fill(store: OfferStore, many: number, offer: Partial<OfferInput> = {}): Promise<void> {
  const id = offer.id ?? "welcome";
  await store.saveOffer({ ...offer, id });
  await importCodes(store, id, codesOf(many, id), { batch: "b1" });
}

function* codesOf(many: number, offerId: string): Generator<string> {
  for (let n = 0; n < many; n++) yield `${offerId}-${String(n).padStart(8, "0")}`;
}

/** What was shown to whom, and what of it breaks a promise. */
export class Ledger {
  readonly #owners = new Map<string, string>();
  readonly #shown = new Map<string, string>();
  /** Codes shown to two subscribers. */
  duplicates = 0;
  /** Messages that showed two codes. */
  changed = 0;

  /** What ended the load before its time. */
  error: unknown;

  get claims(): number {
    if (this.error !== undefined) throw this.error;
    return this.#shown.size;
  }

  note(message: Message, code: string): void {
    const owner = this.#owners.get(code);
    if (owner !== undefined && owner !== message.subscriberId) this.duplicates += 1;
    this.#owners.set(code, message.subscriberId);
    const shown = this.#shown.get(message.id);
    if (shown !== undefined && shown !== code) this.changed += 1;
    this.#shown.set(message.id, code);
  }

  /** How many of the codes shown the store does not have as their subscriber's. */
  async lost(store: OfferStore): Promise<number> {
    const owners = [...this.#owners];
    let lost = 0;
    for (let at = 0; at < owners.length; at += 200) {
      const records = await Promise.all(owners.slice(at, at + 200).map(([code]) => store.findCode(code)));
      lost += records.filter((record, n) => record?.subscriberId !== owners[at + n]?.[1]).length;
    }
    return lost;
  }
}

export type Load = { stop(): Promise<void>; readonly failures: number };

/** Whether a command runs the script of that name, by its digest or by its text. */
export function isScript(name: string): (command: { name: string; args: readonly string[] }) => boolean {
  return ({ name: command, args: [script = ""] }) => {
    const sha = command === "EVAL" ? createHash("sha1").update(script).digest("hex") : script;
    return command.startsWith("EVAL") && scriptNames.get(sha) === name;
  };
}

let messages = 0;

/** Sends messages to new subscribers, `width` at a time; each is resolved again until it has a code. */
export function load(resolver: Resolver, ledger: Ledger, width = 20, offerId = "welcome"): Load {
  let stopped = false;
  let failures = 0;
  const run = async () => {
    while (!stopped) {
      const n = messages++;
      const message = messageOf(`load-${n}`, `subscriber-${n}`, offerId);
      const code = await untilShown(message);
      if (code !== null) ledger.note(message, code);
    }
  };
  const untilShown = async (message: Message) => {
    for (;;) {
      const { code, reason } = await resolver.resolve(message);
      if (code !== null) return code;
      if (reason !== "store-unavailable") throw new Error(`no code: ${reason}`);
      failures += 1;
      if (stopped) return null;
      await pause(5);
    }
  };
  const running = Promise.all(Array.from({ length: width }, run));
  running.catch((error) => {
    ledger.error = error;
  });
  return {
    async stop() {
      stopped = true;
      await running;
    },
    get failures() {
      return failures;
    },
  };
}

/** Prints the figures of a test. */
export function figures(what: string, numbers: Record<string, number>): void {
  const text = Object.entries(numbers).map(([name, value]) => `${value} ${name}`);
  console.info(`${what}: ${text.join(", ")}`);
}
