// Run against each server of `npm run test:servers`, which have WAITAOF.
import { InvalidInputError, StoreUnavailableError } from "offer-code";
import { redisStore } from "offer-code/redis";
import { describe, expect, test } from "vitest";
import { client, figures, fill, Ledger, load, testStore } from "../faults/test-store.js";
import { startRedis, startReplica } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { eventually } from "../setup/wait.js";
import { type Disk, startWithDisk } from "./disk.js";

const durable = { durability: "durable", timeout: 4_000 } as const;
const probe = await startRedis();
const info = await withClient(probe, (one) => one.info("server"));
/** The only server that is known to wait for the disk with `appendfsync everysec`. */
const waitsForDisk = /^redis_version:([89]|\d\d)\./m.test(info) && !/^server_name:valkey/m.test(info);
const accepted = waitsForDisk ? (["always", "everysec"] as const) : (["always"] as const);

async function loseUnsynchronised(disk: Disk) {
  const { server } = disk;
  const { resolver } = testStore(client(server.url), durable);
  await fill(testStore(client(server.url), { timeout: 20_000 }).store, 40_000);
  const ledger = new Ledger();
  const under = load(resolver, ledger, 50);
  const rounds = 3;
  for (let round = 0; round < rounds; round++) {
    const before = ledger.claims;
    await eventually(() => ledger.claims > before + 200, "claims before the power cut", 60_000);
    await disk.powerCut();
  }
  const before = ledger.claims;
  await eventually(() => ledger.claims > before + 200, "claims after the last power cut", 60_000);
  await under.stop();
  const { store } = testStore(client(server.url), { timeout: 20_000 });
  const { claims, duplicates, changed } = ledger;
  const lost = await ledger.lost(store);
  figures(`power cut, durable, ${waitsForDisk ? "Redis 8" : "Valkey"}`, { rounds, claims, duplicates, changed, lost });
  expect({ duplicates, changed, lost }).toEqual({ duplicates: 0, changed: 0, lost: 0 });
  expect((await store.reconcile("welcome")).findings).toEqual([]);
}

describe("durable, on a server whose disk keeps what was synchronised and nothing else", () => {
  test.each(
    accepted,
  )("appendfsync %s: a power cut loses no code that was shown, and gives none to two", async (sync) => {
    await loseUnsynchronised(await startWithDisk(sync));
  });

  test("a claim that is not on disk is not confirmed to another process either", async () => {
    const disk = await startWithDisk(accepted.at(-1)!);
    const impatient = { ...durable, timeout: 1_000 };
    await fill(testStore(client(disk.server.url)).store, 10);
    const first = testStore(client(disk.server.url), impatient);
    const second = testStore(client(disk.server.url), impatient);
    for (const { ask } of [first, second]) {
      await eventually(async () => (await ask("before", "ann")).code !== null, "a claim that is on disk");
    }
    disk.hold();
    expect(await first.ask("m1")).toMatchObject({ code: null, reason: "store-unavailable" });
    expect(await second.ask("m1")).toMatchObject({ code: null, reason: "store-unavailable" });
    disk.release();
    await eventually(async () => (await second.ask("m1")).code === "welcome-00000001", "the confirmation");
  });
});

describe("ready(), durable", () => {
  const warnings: string[] = [];
  const store = (url: string, options = {}) =>
    redisStore(client(url), { ...durable, ...options, onWarning: (text) => warnings.push(text) });

  test("refuses appendfsync no, and everysec where the server is not known to wait for the disk", async () => {
    const none = await startRedis({ appendOnly: true, config: { appendfsync: "no" } });
    await expect(store(none.url).ready()).rejects.toThrow('needs "appendfsync always" on this server, but it is "no"');
    const everysec = await startRedis({ appendOnly: true, config: { appendfsync: "everysec" } });
    const started = store(everysec.url).ready();
    if (waitsForDisk) await started;
    else await expect(started).rejects.toThrow('but it is "everysec"');
  });

  test("accepts appendfsync always in silence, and warns of a timeout that everysec cannot meet", async () => {
    warnings.length = 0;
    const always = await startRedis({ appendOnly: true });
    await store(always.url).ready();
    expect(warnings).toEqual([]);
    if (!waitsForDisk) return;
    const everysec = await startRedis({ appendOnly: true, config: { appendfsync: "everysec" } });
    await store(everysec.url, { timeout: 1_000 }).ready();
    expect(warnings).toEqual([
      expect.stringContaining('with "appendfsync everysec" a confirmation takes up to 2000 ms'),
    ]);
  });

  test("warns where an account may not read appendfsync and the server is not known to wait for the disk", async () => {
    warnings.length = 0;
    const { host, port, url } = await startRedis({ appendOnly: true });
    await withClient({ url } as never, (one) =>
      one.call("ACL", "SETUSER", "app", "on", ">pw", "~*", "&*", "+@all", "-config"),
    );
    await store(`redis://app:pw@${host}:${port}`).ready();
    expect(warnings).toEqual(waitsForDisk ? [] : [expect.stringContaining("which cannot be read")]);
  });

  test("warns of a replica without an append-only file: it confirms nothing", async () => {
    warnings.length = 0;
    const primary = await startRedis({ appendOnly: true });
    await startReplica(primary);
    await store(primary.url, { replicas: 1 }).ready();
    expect(warnings).toEqual([expect.stringMatching(/^no code will be handed out: 0 of 1 replicas had it/)]);
    await startReplica(primary, { appendOnly: true });
    warnings.length = 0;
    await store(primary.url, { replicas: 1 }).ready();
    expect(warnings).toEqual([]);
  });

  test("says that the store is away, not that it is unfit, while the server loads, is a replica or refuses the password", async () => {
    const slow = await startRedis({
      appendOnly: true,
      config: { "key-load-delay": 200, "loading-process-events-interval-bytes": 1024 },
    });
    await fill(testStore(client(slow.url)).store, 5_000);
    const again = slow.restart();
    const seen: Error[] = [];
    const ask = () => redisStore(client(slow.url, { enableReadyCheck: false }), durable).ready();
    await eventually(async () => {
      await ask().catch((error) => seen.push(error));
      return seen.some(({ message }) => message.includes("LOADING"));
    }, "a server that reads its data");
    await again;
    await ask();
    expect(seen.filter((error) => error instanceof InvalidInputError)).toEqual([]);

    const replica = await startReplica(await startRedis(), { appendOnly: true });
    await expect(store(replica.url).ready()).rejects.toBeInstanceOf(StoreUnavailableError);
    const locked = await startRedis({ appendOnly: true, password: "right" });
    await expect(store(`redis://:wrong@${locked.host}:${locked.port}`).ready()).rejects.toBeInstanceOf(
      StoreUnavailableError,
    );
  });
});
