import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import type { RedisStoreOptions } from "offer-code/redis";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FaultProxy, SCRIPTS, startFaultProxy } from "../setup/fault-proxy.js";
import { type RedisServer, startRedis, startReplica } from "../setup/redis.js";
import { eventually } from "../setup/wait.js";
import {
  type ClientOptions,
  client,
  fill,
  isScript,
  kept,
  messageOf,
  type TestStore,
  testStore,
} from "./test-store.js";

let server: RedisServer;
let proxy: FaultProxy;
let direct: TestStore;

beforeAll(async () => {
  server = await startRedis();
  await startReplica(server);
  await knowAllScripts();
});
beforeEach(async () => {
  proxy = await startFaultProxy(server);
  const own = client(server.url);
  await own.flushall();
  direct = testStore(own, { timeout: 20_000 });
  await fill(direct.store, 10);
});
afterEach(() => proxy.close());

const ways: [name: string, options: ClientOptions][] = [
  ["the client as it comes", {}],
  ["endless retries", { maxRetriesPerRequest: null }],
  ["no retries", { maxRetriesPerRequest: 0 }],
  ["a command timeout", { commandTimeout: 60 }],
  ["no queue while offline", { enableOfflineQueue: false }],
  ["no resending", { autoResendUnfulfilledCommands: false }],
  ["automatic pipelines", { enableAutoPipelining: true }],
  ["no reconnecting", { retryStrategy: () => null }],
  ["no ready check", { enableReadyCheck: false }],
];
const clients = [
  ["ioredis 6", Redis],
  ["ioredis 5", Redis5 as unknown as typeof Redis],
] as const;
const modes: RedisStoreOptions[] = [{ durability: "fast" }, { durability: "replicated" }];
const all = clients.flatMap(([client, Client]) =>
  ways.flatMap(([way, options]) =>
    modes.map((mode) => ({ client, Client, way, options, mode, durability: mode.durability })),
  ),
);

describe.each(all)("$client with $way, $durability", ({ Client, options, mode }) => {
  const lossy = () =>
    testStore(kept(new Client(proxy.url, { retryStrategy: () => 5, ...options })), { timeout: 150, ...mode });

  test.each([
    ["closes", true],
    ["goes mute", false],
  ])("a lost reply, and a connection that %s: the claim's retry gets the same code, and one code is gone", async (_how, close) => {
    const { store, ask } = lossy();
    await eventually(() => store.loadOffer("welcome").then(Boolean, () => false), "a connection");
    const fault = proxy.dropReply(isScript("claim"), { times: 1, close });
    const asked: (string | null)[] = [];
    await eventually(async () => asked.push((await ask("m1")).code) > 0 && fault.hits === 1, "the lost reply");
    const again = await direct.ask("m1");
    expect(again.code).toBe("welcome-00000000");
    expect([null, again.code]).toEqual(expect.arrayContaining(asked));
    expect((await direct.store.counts("welcome"))?.[0]).toMatchObject({ inPool: 9, givenOut: 1 });
  });
});

describe("a lost reply", () => {
  const lossy = () =>
    testStore(client(proxy.url, { retryStrategy: () => 5, maxRetriesPerRequest: 0 }), { timeout: 400 });

  test("of a redemption: it stands, with its first instant", async () => {
    await direct.ask("m1");
    const { store } = lossy();
    proxy.dropReply(isScript("redeem"), { times: 1 });
    await expect(store.redeem("welcome-00000000", 1_000)).rejects.toThrow("Redis could not run");
    expect(await direct.store.redeem("welcome-00000000", 2_000)).toMatchObject({
      status: "already-redeemed",
      redeemedAt: 1_000,
    });
  });

  test("of a release: the code is back once", async () => {
    await direct.ask("m1", "ann");
    const { store } = lossy();
    proxy.dropReply(isScript("release"), { times: 1 });
    await expect(store.release("welcome", "ann", "m1")).rejects.toThrow("Redis could not run");
    expect(await direct.store.release("welcome", "ann", "m1")).toEqual({ status: "nothing-claimed" });
    expect((await direct.store.counts("welcome"))?.[0]).toMatchObject({ inPool: 10, givenOut: 0 });
  });

  test("of an import: done again, it adds what is missing and nothing twice", async () => {
    const { store } = lossy();
    const codes = Array.from({ length: 100 }, (_, n) => `NEW${n}`);
    proxy.dropReply(isScript("add-codes"), { times: 1 });
    await expect(store.addCodes("welcome", { id: "b2" }, codes)).rejects.toThrow("Redis could not run");
    const { outcomes } = await direct.store.addCodes("welcome", { id: "b2" }, [...codes, "NEW100"]);
    expect(outcomes.filter((outcome) => outcome === "added")).toHaveLength(1);
    expect((await direct.store.counts("welcome"))?.[1]).toMatchObject({ inPool: 101 });
  });

  test("leaves a store that agrees with itself", async () => {
    const { store, ask } = lossy();
    proxy.dropReply(SCRIPTS, { times: 5 });
    for (let n = 0; n < 12; n++) await ask(`m${n}`);
    expect((await direct.store.reconcile("welcome")).findings).toEqual([]);
    await store.close();
  });
});

/** Otherwise the first run of a script would reply NOSCRIPT. */
async function knowAllScripts(): Promise<void> {
  const { store, ask } = testStore(client(server.url), { prefix: "before" });
  await fill(store, 2);
  await ask("m1");
  await ask("m2", "ann");
  await store.release("welcome", "ann", "m2");
  await store.redeem("welcome-00000000", 1);
}

test("a release that its client sends long after it failed takes nothing back", async () => {
  const { code } = await direct.ask("m1", "ann");
  const late = client(proxy.url, { maxRetriesPerRequest: null, retryStrategy: () => 5 });
  const { store } = testStore(late, { timeout: 150 });
  await store.counts("welcome");
  proxy.cutRequest(isScript("release"), { times: 1 });
  proxy.refuse();
  await expect(store.release("welcome", "ann", "m1")).rejects.toThrow('did not answer "release"');
  expect((await direct.resolver.resolve(messageOf("m1", "ann"))).code).toBe(code);
  await proxy.accept();
  await late.ping();
  expect(proxy.count(isScript("release"))).toBe(2);
  expect(await direct.store.findCode(code!)).toMatchObject({ subscriberId: "ann" });
});
