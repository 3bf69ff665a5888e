import { Cluster, Redis } from "ioredis";
import { InvalidInputError, StoreUnavailableError } from "offer-code";
import { type RedisClient, redisStore } from "offer-code/redis";
import { beforeEach, describe, expect, test } from "vitest";
import { offerUnavailable } from "../../src/internal.js";
import { type FaultProxy, SCRIPTS, startFaultProxy } from "../setup/fault-proxy.js";
import { freePort, type RedisServer, startCluster, startRedis, startReplica } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { eventually } from "../setup/wait.js";
import { client, fill, kept, messageOf, type TestStore, testStore } from "./test-store.js";

let server: RedisServer;
let proxy: FaultProxy;

beforeEach(async () => {
  server = await startRedis();
  proxy = await startFaultProxy(server);
});

const open = (url = server.url, timeout = 2_000) => testStore(client(url), { timeout });

/** What a person reads when a message does not leave. */
async function complaint({ resolver }: TestStore, id: string): Promise<string> {
  const resolution = await resolver.resolve(messageOf(id, `to-${id}`));
  expect(resolution).toMatchObject({ code: null, reason: "store-unavailable" });
  const error = offerUnavailable(resolution, `to-${id}`);
  expect(error.cause).toBeInstanceOf(StoreUnavailableError);
  return (error.cause as Error).message;
}

describe("a server that answers with an error", () => {
  test("SCRIPT FLUSH while it runs: the next script is sent again as text, and nobody notices", async () => {
    const { store, ask } = open();
    await fill(store, 10);
    for (let n = 0; n < 5; n++) {
      await withClient(server, (one) => one.script("FLUSH"));
      expect((await ask(`m${n}`)).code).toBe(`welcome-0000000${n}`);
    }
  });

  test("SCRIPT FLUSH with replicas to confirm: the same", async () => {
    await startReplica(server);
    const { store, ask } = testStore(client(server.url), { durability: "replicated" });
    await fill(store, 10);
    await withClient(server, (one) => one.script("FLUSH"));
    expect((await Promise.all([ask("m1"), ask("m2")])).map(({ code }) => code)).toEqual([
      "welcome-00000000",
      "welcome-00000001",
    ]);
  });

  test("READONLY after a demotion: says so and claims nothing; goes on when the server is a primary again", async () => {
    const here = open();
    await fill(here.store, 10);
    const nobody = await freePort();
    await withClient(server, (one) => one.replicaof(server.host, nobody));
    expect(await complaint(here, "m1")).toContain("READONLY");
    await withClient(server, (one) => one.replicaof("NO", "ONE"));
    await eventually(async () => (await here.ask("m1")).reason !== "store-unavailable", "a primary");
  });

  test("LOADING: says so while the data are read from disk, and goes on by itself", async () => {
    const slow = await startRedis({
      appendOnly: true,
      config: { "key-load-delay": 200, "loading-process-events-interval-bytes": 1024 },
    });
    const here = testStore(client(slow.url, { enableReadyCheck: false }), { timeout: 1_000 });
    await fill(here.store, 5_000);
    const again = slow.restart();
    const seen: string[] = [];
    await eventually(async () => {
      const { code, reason } = await here.ask("m1");
      if (reason === "store-unavailable") seen.push(await complaint(here, "m1").catch(() => ""));
      return code !== null && seen.length > 0;
    }, "the server to be back");
    await again;
    expect((await here.ask("m1")).code).toBe("welcome-00000000");
  });

  test("OOM at maxmemory: nothing is half done, what is held is still read, and it goes on when there is room", async () => {
    const here = open();
    await fill(here.store, 200);
    const first = await here.ask("m1");
    await withClient(server, (one) => one.config("SET", "maxmemory", "1"));
    expect(await complaint(here, "m2")).toContain("OOM");
    expect((await here.store.holdings("welcome", ["to-m1"]))[0]?.[0].code).toBe(first.code);
    for (let n = 0; n < 10; n++) await complaint(here, `full-${n}`);
    expect((await here.store.counts("welcome"))?.[0]).toMatchObject({ inPool: 199 });
    await withClient(server, (one) => one.config("SET", "maxmemory", "0"));
    expect((await here.ask("m2")).code).toBe("welcome-00000001");
    expect((await here.store.reconcile("welcome")).findings).toEqual([]);
  });

  test("FLUSHALL while it runs: the offer is unknown, never a code from nowhere; saved anew it goes on", async () => {
    const here = open();
    await fill(here.store, 10);
    await here.ask("m1");
    await withClient(server, (one) => one.flushall());
    expect(await here.ask("m2")).toMatchObject({ code: null, reason: "unknown-offer" });
    await fill(here.store, 10);
    expect((await here.ask("m2")).code).toBe("welcome-00000000");
    expect((await here.store.reconcile("welcome")).findings).toEqual([]);
  });

  test("a wrong password: says so", async () => {
    const locked = await startRedis({ password: "right" });
    const url = `redis://:wrong@${locked.host}:${locked.port}`;
    await expect(open(url).store.loadOffer("welcome")).rejects.toThrow(/NOAUTH|WRONGPASS/);
  });
});

describe("a connection that breaks", () => {
  test("in the middle of a reply: the client asks again and gets the same code", async () => {
    const here = open(proxy.url);
    await fill(here.store, 10);
    await here.ask("m0");
    const fault = proxy.cutReply(SCRIPTS, { times: 1 });
    expect((await here.ask("m1")).code).toBe("welcome-00000001");
    expect(fault.hits).toBe(1);
    expect((await here.store.counts("welcome"))?.[0]).toMatchObject({ givenOut: 2 });
  });
});

describe("a server that accepts and never answers", () => {
  test.each([
    ["as it comes", {}],
    ["endless retries", { maxRetriesPerRequest: null }],
    ["no resending", { autoResendUnfulfilledCommands: false }],
    ["no queue while offline", { enableOfflineQueue: false }],
    ["automatic pipelines", { enableAutoPipelining: true }],
    ["lazy connecting", { lazyConnect: true }],
  ])("is waited for no longer than the bound, with a client that has %s", async (_name, options) => {
    proxy.silence();
    const store = redisStore(kept(new Redis(proxy.url, options)), { timeout: 100, onWarning: () => {} });
    await expect(store.loadOffer("welcome")).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(store.redeem("A", 1)).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(store.recordSignUp("ann", "welcome")).rejects.toBeInstanceOf(StoreUnavailableError);
  });

  test("fails at once after some messages, and is used again without a restart", async () => {
    const here = open(proxy.url, 200);
    const patient = open(server.url, 20_000).store;
    await fill(patient, 10);
    await eventually(async () => (await here.ask("before")).code !== null, "a code");
    proxy.silence();
    for (let n = 0; n < 5; n++) expect(await complaint(here, `m${n}`)).toContain("within 200 ms");
    proxy.forgetCommands();
    expect(await complaint(here, "m5")).toContain("failed 5 times in a row");
    for (let n = 0; n < 100; n++) await here.ask(`more-${n}`);
    expect(proxy.count(SCRIPTS)).toBeLessThan(5);
    proxy.speak();
    await eventually(async () => (await here.ask("m6")).code !== null, "a code again");
    expect((await patient.reconcile("welcome")).findings).toEqual([]);
  });

  test("errors that the server answers with do not open the breaker", async () => {
    const here = open();
    await fill(here.store, 10);
    await withClient(server, (one) => one.config("SET", "maxmemory", "1"));
    for (let n = 0; n < 20; n++) expect(await complaint(here, `m${n}`)).toContain("OOM");
    await withClient(server, (one) => one.config("SET", "maxmemory", "0"));
    expect((await here.ask("m0")).code).not.toBeNull();
  });

  test("leaves no rejection unhandled when it answers late", async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => void rejections.push(reason);
    process.on("unhandledRejection", note);
    const late = client(proxy.url, { commandTimeout: 400, maxRetriesPerRequest: 1 });
    const here = testStore(late, { timeout: 100 });
    await eventually(() => here.store.listOffers().then(Boolean, () => false), "a connection");
    proxy.silence();
    await Promise.allSettled(Array.from({ length: 5 }, () => here.store.loadOffer("welcome")));
    await expect(late.ping()).rejects.toThrow();
    proxy.cutAll();
    await proxy.heal();
    await eventually(() => late.ping().then(Boolean, () => false), "the server");
    process.off("unhandledRejection", note);
    expect(rejections).toEqual([]);
  });
});

describe("ready()", () => {
  const warnings: string[] = [];
  beforeEach(() => {
    warnings.length = 0;
  });
  const warned = (one: RedisClient, options = {}) =>
    redisStore(one, { ...options, onWarning: (text) => warnings.push(text) });

  test("is silent about a server and a client that are fit", async () => {
    await warned(client(server.url)).ready();
    expect(warnings).toEqual([]);
  });

  test("warns of a server that may evict, of a client that may wait for ever, and of missing replicas", async () => {
    await withClient(server, (one) => one.config("SET", "maxmemory-policy", "allkeys-lru"));
    const options = { durability: "replicated", replicas: 2, allowEviction: true };
    await warned(kept(new Redis(server.url)), options).ready();
    expect(
      warnings.map((text) => /maxmemory-policy "allkeys-lru"|no commandTimeout|0 of the 2 replicas/.exec(text)?.[0]),
    ).toEqual(['maxmemory-policy "allkeys-lru"', "0 of the 2 replicas", "no commandTimeout"]);
  });

  test("refuses a server that may evict any key, without being called too, and is silent where only keys with a time to live may go", async () => {
    await withClient(server, (one) => one.config("SET", "maxmemory-policy", "allkeys-lru"));
    const refusal = 'maxmemory-policy "allkeys-lru" and deletes codes when memory is short: set "noeviction"';
    await expect(warned(client(server.url)).ready()).rejects.toThrow(refusal);
    await expect(warned(client(server.url)).saveOffer({ id: "welcome" })).rejects.toBeInstanceOf(InvalidInputError);
    await withClient(server, (one) => one.config("SET", "maxmemory-policy", "volatile-lru"));
    await warned(client(server.url)).ready();
    expect(warnings).toEqual([]);
  });

  test("checks every server of a cluster, whose client is not connected yet or connects late", async () => {
    const cluster = await startCluster({ replicas: 0 });
    await withClient(cluster.nodes[1]!, (one) => one.config("SET", "maxmemory-policy", "allkeys-lfu"));
    for (const lazyConnect of [false, true]) {
      const nodes = new Cluster([{ host: "127.0.0.1", port: cluster.nodes[0]!.port }], { lazyConnect });
      await expect(warned(kept(nodes)).ready()).rejects.toThrow('maxmemory-policy "allkeys-lfu"');
    }
  });

  test("warns without being called, before the first script, once", async () => {
    const store = warned(kept(new Redis(server.url)));
    await store.loadOffer("welcome");
    await store.loadOffer("welcome");
    await eventually(() => warnings.length > 0, "a warning");
    expect(warnings).toHaveLength(1);
  });

  test("says nothing of what an account may not ask", async () => {
    await withClient(server, (one) =>
      one.call("ACL", "SETUSER", "app", "on", ">pw", "~*", "&*", "+@all", "-info", "-config"),
    );
    await warned(client(`redis://app:pw@${server.host}:${server.port}`, { enableReadyCheck: false })).ready();
    expect(warnings).toEqual([]);
  });

  test("refuses durable where the server cannot say what is on disk, before anything is written", async () => {
    const store = warned(client(server.url), { durability: "durable" });
    await expect(store.ready()).rejects.toBeInstanceOf(InvalidInputError);
    await expect(store.saveOffer({ id: "welcome" })).rejects.toThrow(
      'durability "durable" needs Redis 7.2 or later, or Valkey, with "appendonly yes", but this server says:',
    );
    expect(await withClient(server, (one) => one.dbsize())).toBe(0);
  });

  test("lets durable claim where the server says what is on its disk, and refuses it where it cannot", async () => {
    const own = client((await startRedis({ appendOnly: true })).url);
    const canSay = ((await own.call("COMMAND", "INFO", "WAITAOF")) as unknown[])[0] !== null;
    const here = testStore(own, { durability: "durable" });
    const code = fill(here.store, 10).then(async () => (await here.ask("m1")).code);
    if (canSay) expect(await code).toBe("welcome-00000000");
    else await expect(code).rejects.toThrow("unknown command");
  });

  test("is rejected while the server is away, and can be asked again", async () => {
    proxy.silence();
    const store = testStore(client(proxy.url), { timeout: 100 }).store;
    await expect(store.ready()).rejects.toBeInstanceOf(StoreUnavailableError);
    proxy.speak();
    await store.ready();
  });
});
