/** The store in Redis, Valkey or Redis Cluster. */
export type { RedisClient } from "./client.js";
export type { RedisStoreOptions } from "./options.js";
export type { FaultKind, Finding, Reconciliation } from "./reconcile/report.js";
export { type RedisStore, redisStore } from "./redis-store.js";
