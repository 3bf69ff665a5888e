import { Cluster } from "ioredis";
import { Cluster as Cluster5 } from "ioredis-5";
import { Cluster as ValkeyCluster } from "iovalkey";
import { fromNodeRedis, type NodeRedisCluster, type RedisClient } from "offer-code/redis";
import { createCluster } from "redis";
import { createCluster as createCluster5 } from "redis-5";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster as RedisCluster, type RedisServer, startCluster } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { eventually } from "../setup/wait.js";
import { clusterClient, figures, fill, kept, Ledger, load, messageOf, size, testStore } from "./test-store.js";

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

const own = (node: RedisServer, ...args: (string | number)[]) =>
  withClient(node, (client) => client.call("CLUSTER", ...args.map(String)));

async function primaryOf(slot: number): Promise<RedisServer> {
  const up = cluster.nodes.filter((node) => node.pid > 0 && !down.has(node));
  const slots = (await own(up[0]!, "SLOTS")) as [number, number, [string, number]][];
  const range = slots.find(([from, to]) => from <= slot && slot <= to);
  return cluster.nodes.find(({ port }) => port === range?.[2][1])!;
}
const down = new Set<RedisServer>();

const slotOf = async (offerId: string) => Number(await own(cluster.nodes[0]!, "KEYSLOT", `oc:{${offerId}}`));

/** Moves a slot as `redis-cli --cluster reshard` does, a few keys at a time. */
async function moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
  const [fromId, toId] = [String(await own(from, "MYID")), String(await own(to, "MYID"))];
  await own(to, "SETSLOT", slot, "IMPORTING", fromId);
  await own(from, "SETSLOT", slot, "MIGRATING", toId);
  for (;;) {
    const keys = (await own(from, "GETKEYSINSLOT", slot, 10)) as string[];
    if (keys.length === 0) break;
    await withClient(from, (client) =>
      client.call("MIGRATE", to.host, String(to.port), "", "0", "5000", "KEYS", ...keys),
    );
  }
  await own(to, "SETSLOT", slot, "NODE", toId);
  await own(from, "SETSLOT", slot, "NODE", toId);
}

/** An offer id in another slot of this node. */
async function offerOn(node: RedisServer, besides: string): Promise<string> {
  for (let n = 0; ; n++) {
    const id = `beside-${besides}-${n}`;
    if ((await primaryOf(await slotOf(id))) === node) return id;
  }
}

const modes = [{ durability: "fast" }, { durability: "replicated" }] as const;

describe.each(modes)("a cluster of six, $durability", ({ durability }) => {
  const offerId = `moving-${durability}`;

  test("moves an offer's slot to and fro under load, and loses and doubles nothing", async () => {
    const { resolver } = testStore(clusterClient(cluster.nodes[0]!.port), { durability, timeout: 1_000 });
    const { store } = testStore(clusterClient(cluster.nodes[0]!.port), { timeout: 20_000 });
    await fill(store, 40_000, { id: offerId });
    const slot = await slotOf(offerId);
    const home = await primaryOf(slot);
    const other = cluster.primaries.find((node) => node !== home)!;
    const ledger = new Ledger();
    const under = load(resolver, ledger, 20, offerId);
    const rounds = size(1, 3);
    for (let round = 0; round < rounds; round++) {
      for (const [from, to] of [
        [home, other],
        [other, home],
      ] as const) {
        const before = ledger.claims;
        await eventually(() => ledger.claims > before + 200, "claims before the slot moves");
        await moveSlot(slot, from, to);
      }
    }
    const before = ledger.claims;
    await eventually(() => ledger.claims > before + 200, "claims after the slot moved");
    await under.stop();
    const { claims, duplicates, changed } = ledger;
    const lost = await ledger.lost(store);
    figures(`slot migration, ${durability}`, { rounds, claims, failures: under.failures, duplicates, changed, lost });
    expect({ duplicates, changed, lost }).toEqual({ duplicates: 0, changed: 0, lost: 0 });
    expect((await store.reconcile(offerId)).findings).toEqual([]);
  });
});

describe("an offer whose slot has moved is found at once", () => {
  const [OldCluster, Valkey] = [Cluster5, ValkeyCluster] as unknown as [typeof Cluster, typeof Cluster];
  const nodes = () => [{ host: "127.0.0.1", port: cluster.nodes[0]!.port }];
  const rootNodes = () => cluster.nodes.map(({ url }) => ({ url }));
  const connect = async <Client extends NodeRedisCluster>(made: Client) => {
    made.on("error", () => {});
    await made.connect();
    return kept(fromNodeRedis(made));
  };
  const ways: [name: string, connect: () => RedisClient | Promise<RedisClient>][] = [
    ["ioredis 6 with automatic pipelines", () => kept(new Cluster(nodes(), { enableAutoPipelining: true }))],
    ["ioredis 5 with automatic pipelines", () => kept(new OldCluster(nodes(), { enableAutoPipelining: true }))],
    ["iovalkey with automatic pipelines", () => kept(new Valkey(nodes(), { enableAutoPipelining: true }))],
    ["node-redis 6", () => connect(createCluster({ rootNodes: rootNodes() }))],
    ["node-redis 5", () => connect(createCluster5({ rootNodes: rootNodes() }))],
  ];

  test.each(ways)("by %s", async (name, made) => {
    const offerId = name.replaceAll(" ", "-");
    const { resolver, store } = testStore(await made(), { timeout: 5_000 });
    await fill(store, 10, { id: offerId });
    const slot = await slotOf(offerId);
    const home = await primaryOf(slot);
    const other = cluster.primaries.find((node) => node !== home)!;
    expect((await resolver.resolve(messageOf("m1", "ann", offerId))).code).not.toBeNull();
    const neighbour = await offerOn(home, offerId);
    await fill(store, 10, { id: neighbour });
    await resolver.resolve(messageOf("m1", "ann", neighbour));
    await moveSlot(slot, home, other);
    for (let n = 0; n < 3; n++) {
      const both = [offerId, neighbour].map((id) => resolver.resolve(messageOf(`m${n}`, `s${n}`, id)));
      expect(await Promise.all(both)).toMatchObject([{ reason: "first-code" }, { reason: "first-code" }]);
    }
    await moveSlot(slot, other, home);
    expect(await resolver.resolve(messageOf("m9", "ben", offerId))).toMatchObject({ reason: "first-code" });
  });
});

test("a primary that dies under load is followed to its replica; replicated loses and doubles nothing", async () => {
  const offerId = "failing";
  const { resolver } = testStore(clusterClient(cluster.nodes[0]!.port), { durability: "replicated", timeout: 500 });
  const { store } = testStore(clusterClient(cluster.nodes[0]!.port), { timeout: 20_000 });
  await fill(store, 20_000, { id: offerId });
  const ledger = new Ledger();
  const under = load(resolver, ledger, 20, offerId);
  await eventually(() => ledger.claims > 500, "claims before the failover");
  const primary = await primaryOf(await slotOf(offerId));
  down.add(primary);
  await primary.kill9();
  await eventually(() => under.failures > 0, "messages that are told that the store is away");
  await eventually(
    async () => (await primaryOf(await slotOf(offerId).catch(() => -1))) !== primary,
    "a new primary",
    60_000,
  );
  down.delete(primary);
  await primary.restart();
  const before = ledger.claims;
  await eventually(() => ledger.claims > before + 500, "claims after the failover", 60_000);
  await under.stop();
  const { claims, duplicates, changed } = ledger;
  const lost = await ledger.lost(store);
  figures("cluster failover, replicated", { claims, failures: under.failures, duplicates, changed, lost });
  expect({ duplicates, changed, lost }).toEqual({ duplicates: 0, changed: 0, lost: 0 });
  expect((await store.reconcile(offerId)).findings).toEqual([]);
});
