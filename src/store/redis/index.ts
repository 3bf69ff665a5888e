/**
 * The store in Redis, Valkey or Redis Cluster.
 *
 * @module offer-code/redis
 */
export type { RedisClient, RedisPipeline } from "./client.js";
export { fromNodeRedis, type NodeRedisClient, type NodeRedisCluster } from "./node-redis.js";
export type { RedisStoreOptions } from "./options.js";
export type { FaultKind, Finding, Reconciliation } from "./reconcile/report.js";
export { type RedisStore, redisStore } from "./redis-store.js";
