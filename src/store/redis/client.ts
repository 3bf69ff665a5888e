import type { Cluster, Redis } from "ioredis";

/** The caller's client: of either major version of ioredis, to one server, by Sentinel, or to a cluster. */
export type RedisClient = Redis | Cluster;

export function isCluster(client: RedisClient): client is Cluster {
  return "nodes" in client;
}
