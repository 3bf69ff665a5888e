// The whole contract of a store, by every kind of client.
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import { type RedisClient, redisStore } from "offer-code/redis";
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
