export type Argument = string | number;
/** What became of one command of a pipeline. */
export type Outcome = [error: Error | null, reply: unknown];

/**
 * What the store uses of a Redis client: to one server, by Sentinel, or to a cluster.
 *
 * An ioredis or iovalkey client, `Redis` or `Cluster`, is one as it is; `fromNodeRedis` makes one of a node-redis client.
 */
export interface RedisClient {
  /** Sends one command. In a cluster it goes to the node of its first key and follows redirections. */
  call(command: string, ...args: Argument[]): Promise<unknown>;
  /** Commands that travel together on one connection, to one node. */
  pipeline(): RedisPipeline;
  /** A client of its own for a subscription. */
  duplicate(...overrides: never[]): RedisClient;
  /** Subscribes to channels; their messages arrive as `message` events with the channel and the text. */
  subscribe(...channels: string[]): Promise<unknown>;
  /** Adds a listener. `close`: the connection is lost; `end`: for good. */
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own arguments
  on(event: "message" | "close" | "end" | "error", listener: (...args: any[]) => void): unknown;
  /** Closes the connection at once. */
  disconnect(): void;
  /** The clients of a cluster's nodes. Only a cluster client has this. */
  nodes?(role: "master"): RedisClient[];
  /** Set on a client that refuses every write: the rights to write are then not required. */
  readonly isReadOnly?: boolean;
  /** The settings that decide how a command is sent, where the client shows them. */
  readonly options?: object;
}

/** Commands that travel together. */
export interface RedisPipeline {
  /** Adds a command. */
  call(command: string, ...args: Argument[]): unknown;
  /** Sends all commands and resolves with their outcomes, in order. */
  exec(): Promise<Outcome[] | null>;
}

type Options = {
  readonly enableAutoPipelining?: boolean;
  readonly keyPrefix?: string;
  readonly scaleReads?: unknown;
  readonly commandTimeout?: number;
  readonly redisOptions?: { readonly commandTimeout?: number };
};

/** The settings of an ioredis client that matter here. */
export function optionsOf(client: RedisClient): Options {
  return (client.options ?? {}) as Options;
}

export function isCluster(client: RedisClient): client is RedisClient & Required<Pick<RedisClient, "nodes">> {
  return "nodes" in client;
}

/** The clients of the servers that take writes. A cluster that is not connected yet is connected first. */
export async function primariesOf(client: RedisClient): Promise<RedisClient[]> {
  if (!isCluster(client)) return [client];
  await client.call("ping");
  return client.nodes("master");
}

/**
 * Sends one command. `enableAutoPipelining` of a cluster client is avoided: a pipeline that it makes by itself does not follow a slot
 * that has moved.
 */
export function send(client: RedisClient, command: string, ...args: Argument[]): Promise<unknown> {
  const isAutomatic = optionsOf(client).enableAutoPipelining === true && isCluster(client);
  return isAutomatic ? sendAlone(client as Builtin, command, args) : client.call(command, ...args);
}

type Builtin = RedisClient & {
  createBuiltinCommand(name: string): { string(...args: Argument[]): Promise<unknown> };
};

function sendAlone(client: Builtin, command: string, args: readonly Argument[]): Promise<unknown> {
  return client.createBuiltinCommand(command).string.call(client, ...args);
}

/** A connection that waits for its server as long as it takes, whatever the caller's own is set to do. */
export function duplicateForSubscription(client: RedisClient): RedisClient {
  const options = { enableOfflineQueue: true, maxRetriesPerRequest: null };
  const duplicate = client.duplicate.bind(client) as (...overrides: object[]) => RedisClient;
  return isCluster(client) ? duplicate([], { enableOfflineQueue: true }) : duplicate(options);
}
