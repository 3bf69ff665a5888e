import { invalidInput } from "../../domain/errors.js";
import type { Argument, Outcome, RedisClient, RedisPipeline } from "./client.js";
import { slotOf } from "./slot.js";

type SendOptions = { readonly chainId?: symbol };
type Listener = (...args: unknown[]) => void;

/** The part that is used of a client made by node-redis's `createClient`. */
export interface NodeRedisClient {
  sendCommand(args: string[], options?: SendOptions): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: node-redis gives each set of options a type of its own
  duplicate(overrides?: any): NodeRedisClient;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own arguments
  on(event: string, listener: (...args: any[]) => void): unknown;
  destroy(): void;
}

/** The part that is used of a client made by node-redis's `createCluster`. */
export interface NodeRedisCluster {
  sendCommand(firstKey: string | undefined, isReadonly: boolean | undefined, args: string[]): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: node-redis gives each set of options a type of its own
  duplicate(overrides?: any): NodeRedisCluster;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own arguments
  on(event: string, listener: (...args: any[]) => void): unknown;
  destroy(): void;
  // biome-ignore lint/suspicious/noExplicitAny: node-redis gives each set of options a type of its own
  nodeClient(node: any): NodeRedisClient | Promise<NodeRedisClient>;
  readonly masters: readonly object[];
  readonly slots: readonly ({ readonly master: object } | undefined)[];
}

/**
 * Makes a client for `redisStore` of a node-redis client (version 5 or 6), which the caller connects and closes.
 *
 * @example
 * const client = await createClient({ url: "redis://localhost:6379" }).connect();
 * const store = redisStore(fromNodeRedis(client));
 *
 * @param client what `createClient` or `createCluster` returned.
 * @throws InvalidInputError for anything else, such as a pool or a Sentinel client.
 */
export function fromNodeRedis(client: NodeRedisClient | NodeRedisCluster): RedisClient {
  if (isNodeCluster(client)) return clusterClient(client);
  if (isNodeClient(client)) return serverClient(client);
  throw invalidInput("client", "what node-redis's createClient or createCluster returns", client);
}

function isNodeClient(client: NodeRedisClient | NodeRedisCluster): client is NodeRedisClient {
  const { sendCommand, duplicate } = (client ?? {}) as NodeRedisClient;
  return typeof sendCommand === "function" && sendCommand.length <= 2 && typeof duplicate === "function";
}

function isNodeCluster(client: NodeRedisClient | NodeRedisCluster): client is NodeRedisCluster {
  return typeof (client as NodeRedisCluster | undefined)?.nodeClient === "function";
}

function serverClient(client: NodeRedisClient): RedisClient {
  return {
    call: (command, ...args) => client.sendCommand(words(command, args)).catch(named),
    pipeline: () => pipelineTo(async () => client),
    duplicate: () => subscriberOf(client.duplicate({ disableOfflineQueue: false }), serverClient),
    ...subscription(client, ["reconnecting", "end", "error"]),
  };
}

function clusterClient(cluster: NodeRedisCluster): RedisClient {
  return {
    call: (command, ...args) => {
      const [name, ...rest] = words(command, args) as [string, ...string[]];
      return cluster.sendCommand(firstKeyOf(name, rest), false, [name, ...rest]).catch(named);
    },
    pipeline: () => pipelineTo((key) => nodeOf(cluster, key)),
    duplicate: () => subscriberOf(cluster.duplicate(), clusterClient),
    nodes: () => cluster.masters.map((node) => nodeClient(cluster, node)),
    ...subscription(cluster, ["node-reconnecting", "node-disconnect", "node-error", "disconnect", "error"]),
  };
}

/** The client of one node, which node-redis may still have to connect. */
function nodeClient(cluster: NodeRedisCluster, node: object): RedisClient {
  const connected = async () => cluster.nodeClient(node);
  const refuse = () => {
    throw new Error("a cluster's node has no subscription of its own");
  };
  return {
    call: async (command, ...args) => (await connected()).sendCommand(words(command, args)).catch(named),
    pipeline: () => pipelineTo(connected),
    duplicate: refuse,
    subscribe: refuse,
    on: refuse,
    disconnect: refuse,
  };
}

async function nodeOf(cluster: NodeRedisCluster, key: string): Promise<NodeRedisClient> {
  const node = cluster.slots[slotOf(key)]?.master;
  if (node === undefined) throw new Error("CLUSTERDOWN no node is known for this slot");
  return cluster.nodeClient(node);
}

/**
 * Sends all commands in one turn under one chain: where the connection breaks in between, node-redis drops the rest of a chain
 * instead of sending it on the next connection, to what may be another server.
 */
function pipelineTo(connected: (key: string) => Promise<NodeRedisClient>): RedisPipeline {
  const commands: string[][] = [];
  let firstKey: string | undefined;
  return {
    call(command, ...args) {
      const [name, ...rest] = words(command, args) as [string, ...string[]];
      firstKey ??= firstKeyOf(name, rest);
      commands.push([name, ...rest]);
    },
    async exec() {
      const client = await connected(firstKey ?? "");
      const chainId = Symbol("pipeline");
      const replies = commands.map((each) => client.sendCommand(each, { chainId }).catch(named));
      const settled = await Promise.allSettled(replies);
      return settled.map(
        (each): Outcome => (each.status === "fulfilled" ? [null, each.value] : [each.reason as Error, undefined]),
      );
    },
  };
}

function subscriberOf<Client extends NodeRedisClient | NodeRedisCluster>(
  duplicate: Client,
  wrap: (client: Client) => RedisClient,
): RedisClient {
  const wrapped = wrap(duplicate);
  // An error of a node-redis client without a listener ends the process; a failed connect is followed by "error" too.
  duplicate.on("error", () => {});
  const connected = duplicate.connect();
  connected.catch(() => {});
  return {
    ...wrapped,
    subscribe: async (...channels) => {
      await connected;
      return wrapped.subscribe(...channels);
    },
  };
}

function subscription(
  client: NodeRedisClient | NodeRedisCluster,
  losses: readonly string[],
): Pick<RedisClient, "subscribe" | "on" | "disconnect"> {
  const listeners: Listener[] = [];
  return {
    async subscribe(...channels) {
      const onMessage = (message: string, channel: string) => {
        for (const listener of listeners) listener(channel, message);
      };
      for (const channel of channels) await client.subscribe(channel, onMessage);
    },
    on(event, listener) {
      if (event === "message") listeners.push(listener);
      else if (event === "close") for (const loss of losses) client.on(loss, () => listener());
    },
    disconnect() {
      try {
        client.destroy();
      } catch {
        // It was not connected.
      }
    },
  };
}

function words(command: string, args: readonly Argument[]): string[] {
  return [command.toUpperCase(), ...args.map(String)];
}

const KEYLESS = new Set(["ACL", "CLUSTER", "CONFIG", "INFO", "PING", "PUBLISH", "SCRIPT", "WAIT", "WAITAOF"]);

/** The key that decides which node of a cluster gets a command. */
function firstKeyOf(command: string, args: readonly string[]): string | undefined {
  if (command === "EVAL" || command === "EVALSHA") return Number(args[1]) > 0 ? args[2] : undefined;
  return KEYLESS.has(command) ? undefined : args[0];
}

/** Gives an error that the server answered with the name that ioredis gives it. */
function named(error: Error): never {
  if (/^-?[A-Z][A-Z0-9]+\b/.test(error.message)) error.name = "ReplyError";
  throw error;
}
