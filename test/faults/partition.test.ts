import { beforeAll, describe, expect, test } from "vitest";
import { known } from "../../src/resolver/lookup.js";
import { type RedisServer, startRedis, startReplica } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { eventually } from "../setup/wait.js";
import { type Pipe, startPipe } from "./pipe.js";
import { client, figures, fill, Ledger, load, messageOf, testStore } from "./test-store.js";

/** What docs/reliability.md states, and what a busy machine may add to it. */
const STALE_AT_MOST = 3_000;
const GRACE = 2_000;

/** A primary that goes on taking writes on its side of a partition, while its replica was promoted on the other. */
async function partition(): Promise<{ old: RedisServer; promoted: RedisServer; cut(): Promise<void> }> {
  const old = await startRedis();
  const link: Pipe = await startPipe(old);
  const promoted = await startReplica({ ...old, ...link });
  return {
    old,
    promoted,
    async cut() {
      link.hold();
      await withClient(promoted, (one) => one.replicaof("NO", "ONE"));
      await startReplica(promoted);
    },
  };
}

describe("a partition with a primary on either side", () => {
  let sides: Awaited<ReturnType<typeof partition>>;
  beforeAll(async () => {
    sides = await partition();
  });

  test("replicated: the side that lost its replica hands out nothing more, and no code goes to two", async () => {
    const { old, promoted, cut } = sides;
    const options = { durability: "replicated", timeout: 400 } as const;
    const here = testStore(client(old.url), options);
    const there = testStore(client(promoted.url), options);
    await fill(testStore(client(old.url), { timeout: 20_000 }).store, 20_000);
    const ledger = new Ledger();
    const stayed = load(here.resolver, ledger, 4);
    await eventually(() => ledger.claims > 100, "claims before the partition");
    await cut();
    await eventually(() => stayed.failures > 4, "messages that do not leave");
    const before = ledger.claims;
    const moved = load(there.resolver, ledger, 4);
    await eventually(() => ledger.claims > before + 200, "claims on the other side");
    await Promise.all([stayed.stop(), moved.stop()]);
    const { claims, duplicates, changed } = ledger;
    const patient = testStore(client(promoted.url), { timeout: 20_000 }).store;
    const lost = await ledger.lost(patient);
    figures("two-sided partition, replicated", { claims, failures: stayed.failures, duplicates, changed, lost });
    expect({ duplicates, changed, lost }).toEqual({ duplicates: 0, changed: 0, lost: 0 });
    expect((await patient.reconcile("welcome")).findings).toEqual([]);
  });
});

test("replicated: a process at the cut-off primary trusts its cache for no longer than the bound", async () => {
  const { old, promoted, cut } = await partition();
  const here = testStore(client(old.url), { durability: "replicated" }, { maxAge: 1e9 });
  await fill(here.store, 10);
  const isKnown = () => known(here.resolver, messageOf("m2", "ann")) !== undefined;
  await eventually(async () => {
    await here.resolver.resolve(messageOf("m1", "ann"));
    await here.resolver.resolve(messageOf("m2", "ann"));
    return isKnown();
  }, "a code that is known without asking");
  await cut();
  const cutAt = performance.now();
  const there = testStore(client(promoted.url), { timeout: 20_000 });
  expect(await there.store.redeem("welcome-00000000", Date.now())).toMatchObject({ status: "redeemed" });
  await eventually(() => !isKnown(), "the cache to be distrusted", STALE_AT_MOST + GRACE);
  figures("two-sided partition, replicated", {
    "ms until the cache is distrusted": Math.round(performance.now() - cutAt),
  });
  await here.resolver.close();
});

test("a primary without a file that is started again empty takes its replica along: no offer, and never a code from nowhere", async () => {
  const primary = await startRedis();
  const replica = await startReplica(primary);
  const { store, ask } = testStore(client(primary.url), { durability: "replicated", timeout: 1_000 });
  await fill(store, 10);
  expect((await ask("m1")).code).not.toBeNull();
  await primary.kill9();
  await primary.restart();
  await withClient(replica, (one) => eventually(async () => (await one.dbsize()) === 0, "a replica that is empty too"));
  await eventually(async () => (await ask("m2")).reason === "unknown-offer", "an answer");
  expect(await ask("m1")).toMatchObject({ code: null, reason: "unknown-offer" });
});
