import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import { Redis as Valkey } from "iovalkey";
import type { RedisClient, RedisStoreOptions } from "offer-code/redis";
import type { createClient } from "redis";
import { createClient as createClient5 } from "redis-5";
import { expect, test } from "vitest";
import { startFaultProxy } from "../setup/fault-proxy.js";
import { startRedis, startReplica, startSentinel } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { eventually } from "../setup/wait.js";
import { startPipe } from "./pipe.js";
import { client, figures, fill, kept, Ledger, load, nodeRedisClient, size, testStore } from "./test-store.js";

type Loss = { claims: number; duplicates: number; changed: number; lost: number };

type Connect = (url: string) => RedisClient | Promise<RedisClient>;

/** A replica falls behind under load and is promoted; the client then connects to it, as it would through Sentinel or DNS. */
async function failOver(options: RedisStoreOptions, connect: Connect): Promise<Loss> {
  const primary = await startRedis();
  const link = await startPipe(primary);
  const replica = await startReplica({ ...primary, ...link });
  const address = await startFaultProxy(primary);
  const { resolver } = testStore(await connect(address.url), { timeout: 300, ...options });
  await fill(testStore(client(primary.url), { timeout: 20_000 }).store, 20_000);
  await withClient(primary, (one) => one.wait(1, 5_000));
  const ledger = new Ledger();
  const under = load(resolver, ledger);
  await eventually(() => ledger.claims > 100, "claims that are replicated");

  link.hold();
  const goneOn = () => (options.durability === "replicated" ? under.failures > 20 : ledger.claims > 1_000);
  await eventually(goneOn, "claims that the replica does not get");

  address.refuse();
  address.cutAll();
  link.close();
  await withClient(replica, (one) => one.replicaof("NO", "ONE"));
  if (options.durability === "replicated") await startReplica(replica);
  address.target(replica);
  await address.accept();
  const before = ledger.claims;
  await eventually(() => ledger.claims > before + 1_000, "claims at the promoted replica");
  await under.stop();
  const patient = testStore(client(replica.url), { timeout: 20_000 }).store;
  expect((await patient.reconcile("welcome")).findings).toEqual([]);
  const { claims, duplicates, changed } = ledger;
  const loss = { claims, duplicates, changed, lost: await ledger.lost(patient) };
  address.close();
  await Promise.all([primary.kill9(), replica.kill9()]);
  return loss;
}

const rounds = size(1, 10);

const byIoredis = [6, 5].map((version): Connect => {
  const Client = version === 6 ? Redis : (Redis5 as unknown as typeof Redis);
  return (url) => client(url, {}, Client);
});

async function inRounds(options: RedisStoreOptions): Promise<Loss> {
  const sum = { claims: 0, duplicates: 0, changed: 0, lost: 0 };
  for (let round = 0; round < rounds; round++) {
    const loss = await failOver(options, byIoredis[round % 2]!);
    for (const name of Object.keys(sum) as (keyof Loss)[]) sum[name] += loss[name];
  }
  figures(`failover to a lagging replica, ${options.durability}`, { rounds, ...sum });
  return sum;
}

test("fast: a lagging replica that is promoted gives codes away a second time", async () => {
  const { duplicates } = await inRounds({ durability: "fast" });
  expect(duplicates).toBeGreaterThan(0);
});

test("replicated: what was shown is at the promoted replica, and nobody else gets it", async () => {
  const { duplicates, changed, lost } = await inRounds({ durability: "replicated" });
  expect({ duplicates, changed, lost }).toEqual({ duplicates: 0, changed: 0, lost: 0 });
});

const others: [name: string, connect: Connect][] = [
  ["node-redis 6", (url) => nodeRedisClient(url)],
  ["node-redis 5", (url) => nodeRedisClient(url, createClient5 as unknown as typeof createClient)],
  ["iovalkey", (url) => client(url, {}, Valkey as unknown as typeof Redis)],
];

test.each(others)("replicated, by %s: the same", async (name, connect) => {
  const { claims, duplicates, changed, lost } = await failOver({ durability: "replicated" }, connect);
  figures(`failover to a lagging replica, replicated, ${name}`, { claims, duplicates, changed, lost });
  expect({ duplicates, changed, lost }).toEqual({ duplicates: 0, changed: 0, lost: 0 });
});

test("sentinel promotes the replica of a primary that died under load: the client follows, and nothing is lost or doubled", async () => {
  const primary = await startRedis();
  const replica = await startReplica(primary);
  const sentinel = await startSentinel(primary, { downAfter: 300 });
  await withClient(sentinel, (one) =>
    eventually(
      async () => JSON.stringify(await one.call("SENTINEL", "REPLICAS", sentinel.name)).includes(`${replica.port}`),
      "a sentinel that knows the replica",
    ),
  );
  const { host, port } = sentinel;
  const found = kept(
    new Redis({
      sentinels: [{ host, port }],
      name: sentinel.name,
      commandTimeout: 5_000,
      sentinelRetryStrategy: () => 50,
    }),
  );
  const { resolver } = testStore(found, { durability: "replicated", timeout: 500 });
  await fill(testStore(client(primary.url), { timeout: 20_000 }).store, 40_000);
  await withClient(primary, (one) => one.wait(1, 5_000));
  const ledger = new Ledger();
  const under = load(resolver, ledger, 4);
  await eventually(() => ledger.claims > 200, "claims before the failover");
  await primary.kill9();
  await withClient(sentinel, (one) =>
    eventually(
      async () =>
        String(await one.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", sentinel.name)).endsWith(`${replica.port}`),
      "a new primary",
      60_000,
    ),
  );
  await startReplica(replica);
  const before = ledger.claims;
  await eventually(() => ledger.claims > before + 200, "claims after the failover", 60_000);
  await under.stop();
  const { claims, duplicates, changed } = ledger;
  const patient = testStore(client(replica.url), { timeout: 20_000 }).store;
  const lost = await ledger.lost(patient);
  figures("sentinel failover, replicated", { claims, failures: under.failures, duplicates, changed, lost });
  expect({ duplicates, changed, lost }).toEqual({ duplicates: 0, changed: 0, lost: 0 });
  expect((await patient.reconcile("welcome")).findings).toEqual([]);
});
