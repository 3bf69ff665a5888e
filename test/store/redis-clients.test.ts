// The whole contract of a store, by every kind of client.
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import { Redis as Valkey, Cluster as ValkeyCluster } from "iovalkey";
import { fromNodeRedis, type RedisClient, redisStore } from "offer-code/redis";
import { createClient, createCluster } from "redis";
import { createClient as createClient5, createCluster as createCluster5 } from "redis-5";
import { afterAll, describe } from "vitest";
import { startCluster, startRedis, startReplica, startSentinel } from "../setup/redis.js";
import { storeContract } from "./contract.js";

const [server, cluster] = await Promise.all([startRedis(), startCluster()]);
const primary = await startRedis();
const replica = await startReplica(primary);
const sentinel = await startSentinel(primary);
afterAll(() => Promise.all([cluster.stop(), sentinel.stop(), replica.stop()]));

const nodes = [{ host: "127.0.0.1", port: cluster.nodes[0]!.port }];
const bySentinel = { sentinels: [{ host: sentinel.host, port: sentinel.port }], name: sentinel.name };
const [OldRedis, OldCluster] = [Redis5 as unknown as typeof Redis, Cluster5 as unknown as typeof Cluster];

const rootNodes = cluster.nodes.map(({ url }) => ({ url }));
const connected = [
  createClient({ url: server.url }),
  createClient5({ url: server.url }),
  createClient({ url: primary.url, RESP: 2 }),
] as const;
const clusters = [createCluster({ rootNodes }), createCluster5({ rootNodes })] as const;
for (const each of [...connected, ...clusters]) {
  each.on("error", () => {});
  await each.connect();
}

const ways: [name: string, client: RedisClient, durability: "fast" | "replicated"][] = [
  ["ioredis 5", new OldRedis(server.url), "fast"],
  ["ioredis 6 with RESP2", new Redis(server.url, { protocol: 2 } as object), "fast"],
  [
    "ioredis 6 with automatic pipelines and a prefix",
    new Redis(server.url, { enableAutoPipelining: true, keyPrefix: "app:" }),
    "fast",
  ],
  ["a cluster", new Cluster(nodes), "fast"],
  ["a cluster, replicated", new Cluster(nodes), "replicated"],
  ["a cluster by ioredis 5, replicated", new OldCluster(nodes), "replicated"],
  ["a cluster with automatic pipelines", new Cluster(nodes, { enableAutoPipelining: true }), "fast"],
  ["string numbers", new Redis(server.url, { stringNumbers: true }), "fast"],
  ["iovalkey", new Valkey(server.url), "fast"],
  ["a cluster by iovalkey, replicated", new ValkeyCluster(nodes), "replicated"],
  ["node-redis 6", fromNodeRedis(connected[0]), "fast"],
  ["node-redis 5", fromNodeRedis(connected[1]), "fast"],
  ["node-redis 6 with RESP2, replicated", fromNodeRedis(connected[2]), "replicated"],
  ["a cluster by node-redis 6", fromNodeRedis(clusters[0]), "fast"],
  ["a cluster by node-redis 6, replicated", fromNodeRedis(clusters[0]), "replicated"],
  ["a cluster by node-redis 5, replicated", fromNodeRedis(clusters[1]), "replicated"],
  ["sentinel", new Redis(bySentinel), "fast"],
  ["sentinel, replicated", new Redis(bySentinel), "replicated"],
];
afterAll(() => {
  for (const [, client] of ways) client.disconnect();
});

let prefixes = 0;
describe.each(ways)("%s", (name, client, durability) => {
  storeContract(name, () => {
    prefixes += 1;
    return redisStore(client, { prefix: `contract-${prefixes}`, durability, onWarning: () => {} });
  });
});
