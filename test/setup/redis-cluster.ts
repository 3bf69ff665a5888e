import type { Redis } from "ioredis";
import { withClient } from "./redis-client.js";
import { type RedisServer, startRedisServer } from "./redis-server.js";
import { eventually } from "./wait.js";

const SLOTS = 16_384;

export type ClusterOptions = {
  readonly primaries?: number;
  /** For each primary. */
  readonly replicas?: number;
  /** How long a node may be silent before the others fail it over, in milliseconds. */
  readonly nodeTimeout?: number;
  readonly config?: Readonly<Record<string, string | number>>;
};

export type Cluster = {
  /** Primaries first, then replicas: replica `i` follows primary `i % primaries` until a failover. */
  readonly nodes: readonly RedisServer[];
  readonly primaries: readonly RedisServer[];
  readonly replicas: readonly RedisServer[];
  stop(): Promise<void>;
};

/** A cluster of servers of its own: every slot is covered, every replica is in sync, and every node has the whole view. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { primaries: count = 3, replicas: perPrimary = 1, nodeTimeout = 1_000, config } = options;
  const nodes = await Promise.all(
    Array.from({ length: count * (1 + perPrimary) }, () =>
      startRedisServer({ cluster: true, config: { "cluster-node-timeout": nodeTimeout, ...config } }),
    ),
  );
  const [primaries, replicas] = [nodes.slice(0, count), nodes.slice(count)];
  await introduce(nodes);
  await shareSlots(primaries);
  await attach(replicas, primaries);
  await everyNode(nodes, "a complete cluster", (client) => isComplete(client, replicas.length));
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  return { nodes, primaries, replicas, stop };
}

async function introduce(nodes: readonly RedisServer[]): Promise<void> {
  await Promise.all(
    nodes.map((node, index) => withClient(node, (client) => client.cluster("SET-CONFIG-EPOCH", index + 1))),
  );
  const [first, ...others] = nodes;
  const busPorts = await Promise.all(others.map((node) => withClient(node, busPort)));
  await withClient(first!, (client) =>
    Promise.all(others.map((node, index) => client.call("CLUSTER", "MEET", node.host, node.port, busPorts[index]!))),
  );
  await everyNode(nodes, "nodes that know each other", async (client) =>
    (await client.cluster("INFO")).includes(`cluster_known_nodes:${nodes.length}`),
  );
}

async function shareSlots(primaries: readonly RedisServer[]): Promise<void> {
  const border = (index: number) => Math.floor((SLOTS * index) / primaries.length);
  await Promise.all(
    primaries.map((primary, index) =>
      withClient(primary, (client) => client.call("CLUSTER", "ADDSLOTSRANGE", border(index), border(index + 1) - 1)),
    ),
  );
}

async function attach(replicas: readonly RedisServer[], primaries: readonly RedisServer[]): Promise<void> {
  const ids = await Promise.all(primaries.map((primary) => withClient(primary, (client) => client.cluster("MYID"))));
  await Promise.all(
    replicas.map((replica, index) =>
      withClient(replica, async (client) => {
        await client.cluster("REPLICATE", ids[index % ids.length]!);
        await eventually(
          async () => (await client.info("replication")).includes("master_link_status:up"),
          "a replica in sync",
        );
      }),
    ),
  );
}

async function isComplete(client: Redis, replicas: number): Promise<boolean> {
  const followers = String(await client.cluster("NODES")).match(/\bslave\b/g)?.length ?? 0;
  return followers === replicas && (await client.cluster("INFO")).includes("cluster_state:ok");
}

async function busPort(client: Redis): Promise<string> {
  const [, port] = (await client.config("GET", "cluster-port")) as [string, string];
  return port;
}

async function everyNode(
  nodes: readonly RedisServer[],
  what: string,
  isSo: (client: Redis) => Promise<boolean>,
): Promise<void> {
  await Promise.all(nodes.map((node) => withClient(node, (client) => eventually(() => isSo(client), what))));
}
