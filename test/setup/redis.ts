import { withClient } from "./redis-client.js";
import { type RedisServer, type RedisServerOptions, startRedisServer } from "./redis-server.js";
import { eventually } from "./wait.js";

export { type Cluster, startCluster } from "./redis-cluster.js";
export { freePort, type RedisServer, type RedisServerOptions } from "./redis-server.js";

/** A Redis server for one test file. It ends with the file, wherever in it it was started. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  return startRedisServer(options);
}

/** A replica that has caught up with its primary. */
export async function startReplica(primary: RedisServer, options: RedisServerOptions = {}): Promise<RedisServer> {
  const password = decodeURIComponent(new URL(primary.url).password);
  const replica = await startRedisServer({ ...(password && { password }), ...options, replicaOf: primary });
  await isInSync(replica);
  return replica;
}

export type Sentinel = RedisServer & { readonly name: string };
export type SentinelOptions = {
  readonly name?: string;
  /** How long the primary may be silent before it is failed over, in milliseconds. */
  readonly downAfter?: number;
};

/** One sentinel that watches `primary`, and fails over to one of its replicas by itself. */
export async function startSentinel(primary: RedisServer, options: SentinelOptions = {}): Promise<Sentinel> {
  const { name = "primary", downAfter = 500 } = options;
  const password = decodeURIComponent(new URL(primary.url).password);
  const config = {
    [`sentinel monitor ${name}`]: `${primary.host} ${primary.port} 1`,
    [`sentinel down-after-milliseconds ${name}`]: downAfter,
    [`sentinel failover-timeout ${name}`]: 5_000,
    ...(password && { [`sentinel auth-pass ${name}`]: password }),
  };
  const sentinel = await startRedisServer({ sentinel: true, config });
  return Object.assign(Object.create(sentinel), { name });
}

/** Resolves when the replica has everything that its primary had. */
export async function isInSync(replica: RedisServer): Promise<void> {
  await withClient(replica, (client) =>
    eventually(async () => (await client.info("replication")).includes("master_link_status:up"), "the replica in sync"),
  );
}
