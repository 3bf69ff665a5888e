import type { RedisStoreOptions } from "offer-code/redis";
import { expect, test } from "vitest";
import { startFaultProxy } from "../setup/fault-proxy.js";
import { startRedis, startReplica } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { eventually } from "../setup/wait.js";
import { client, desk, figures, fill, Ledger, load, size } from "./desk.js";
import { startPipe } from "./pipe.js";

type Loss = { claims: number; duplicates: number; changed: number; lost: number };

/** A replica falls behind under load and is promoted; the client follows it, as it would follow a sentinel or a name. */
async function failOver(options: RedisStoreOptions): Promise<Loss> {
  const primary = await startRedis();
  const link = await startPipe(primary);
  const replica = await startReplica({ ...primary, ...link });
  const address = await startFaultProxy(primary);
  const { store, resolver } = desk(client(address.url), { timeout: 300, ...options });
  await fill(store, 20_000);
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
  expect((await store.reconcile("welcome")).findings).toEqual([]);
  const { claims, duplicates, changed } = ledger;
  const loss = { claims, duplicates, changed, lost: await ledger.lost(store) };
  address.close();
  await Promise.all([primary.kill9(), replica.kill9()]);
  return loss;
}

const rounds = size(1, 10);

async function inRounds(options: RedisStoreOptions): Promise<Loss> {
  const sum = { claims: 0, duplicates: 0, changed: 0, lost: 0 };
  for (let round = 0; round < rounds; round++) {
    const loss = await failOver(options);
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
