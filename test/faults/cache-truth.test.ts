import { Redis } from "ioredis";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { known as knownAnswer } from "../../src/resolver/lookup.js";
import { type FaultProxy, startFaultProxy } from "../setup/fault-proxy.js";
import { type RedisServer, startCluster, startRedis } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { eventually } from "../setup/wait.js";
import { client, clusterClient, fill, kept, messageOf, size, type TestStore, testStore } from "./test-store.js";

/** The bound that docs/reliability.md states, and what a busy machine may add to it. */
const STALE_AT_MOST = 3_000;
const GRACE = 1_500;
/** So long that only what is told, or no longer heard, can make the cache ask again. */
const FOR_EVER = { maxAge: 1e9 };

const ann = (id: string) => messageOf(id, "ann");
const known = ({ resolver }: TestStore, id = "m2") => knownAnswer(resolver, ann(id))?.code;

/** Another message has been shown the code, and this process knows it by heart. */
async function learn(here: TestStore): Promise<string> {
  await eventually(async () => {
    await here.resolver.resolve(ann("m1"));
    await here.resolver.resolve(ann("m2"));
    return known(here) !== undefined;
  }, "a code that is known without asking");
  return known(here)!;
}

describe("one server", () => {
  let server: RedisServer;
  let proxy: FaultProxy;
  let here: TestStore;
  let there: TestStore;

  beforeAll(async () => {
    server = await startRedis();
  });
  beforeEach(async () => {
    proxy = await startFaultProxy(server);
    const own = client(server.url);
    await own.flushall();
    there = testStore(own);
    await fill(there.store, 10);
    here = testStore(client(proxy.url), { timeout: 500 }, FOR_EVER);
  });
  afterEach(async () => {
    await here.resolver.close();
    proxy.close();
  });

  const events: [what: string, happen: (code: string) => Promise<unknown>][] = [
    ["a redemption", (code) => there.store.redeem(code, Date.now())],
    ["a person who is forgotten", () => there.store.forget("ann")],
    ["a change of the offer", () => there.store.saveOffer({ id: "welcome", lowStock: 3 })],
  ];

  test.each(events)("hears at once of %s", async (_what, happen) => {
    await happen(await learn(here));
    await eventually(() => known(here) === undefined, "the news", STALE_AT_MOST - 1_000);
  });

  test("hears at once of a release", async () => {
    // A code that no other message was shown is known to the very message that claimed it.
    const message = ann("m1");
    await eventually(async () => {
      await here.resolver.resolve(message);
      return knownAnswer(here.resolver, message) !== undefined;
    }, "a code that is known without asking");
    await there.resolver.release(ann("m1"));
    await eventually(() => knownAnswer(here.resolver, message) === undefined, "the news", STALE_AT_MOST - 1_000);
  });

  test.each(
    events.slice(0, size(1, 3)),
  )("with a subscription that is silent and looks open: trusts nothing older than the bound, after %s", async (_what, happen) => {
    const code = await learn(here);
    proxy.silence();
    const silentAt = performance.now();
    await happen(code);
    await eventually(() => known(here) === undefined, "the cache to be distrusted", STALE_AT_MOST + GRACE);
    expect(performance.now() - silentAt).toBeGreaterThan(500);
    await proxy.heal();
    await eventually(async () => (await here.resolver.resolve(ann("m3"))).code !== null, "the store again");
    await learn(here);
  });

  test("with a subscription that is closed: trusts nothing from that moment, and all again when it is back", async () => {
    const code = await learn(here);
    proxy.refuse();
    proxy.cutAll();
    await eventually(() => known(here) === undefined, "the cache to be distrusted", 500);
    await there.store.redeem(code, Date.now());
    await proxy.accept();
    await eventually(async () => {
      await here.resolver.resolve(ann("m3"));
      await here.resolver.resolve(ann("m4"));
      return known(here, "m4") === "welcome-00000001";
    }, "the new code, known by heart");
  });

  test("with a subscription that the server kills: trusts nothing from that moment, and misses no redemption", async () => {
    const code = await learn(here);
    for (let round = 0; round < size(2, 20); round++) {
      await withClient(server, (one) => one.call("CLIENT", "KILL", "TYPE", "pubsub"));
      await eventually(() => known(here) === undefined, "the cache to be distrusted", 500);
      await learn(here);
    }
    await withClient(server, (one) => one.call("CLIENT", "KILL", "TYPE", "pubsub"));
    await there.store.redeem(code, Date.now());
    await eventually(() => known(here) !== code, "the news", STALE_AT_MOST);
    await eventually(async () => {
      await here.resolver.resolve(ann("m3"));
      return (await here.resolver.resolve(ann("m4"))).code === "welcome-00000001";
    }, "the new code");
  });

  test("with a subscription that is starved by its own news: the server ends it, and nothing stale is trusted", async () => {
    const code = await learn(here);
    await withClient(server, async (one) => {
      await one.config("SET", "client-output-buffer-limit", "pubsub 1 1 1");
      await one.publish("oc:changes", `offer\t${"x".repeat(200)}`);
      await there.store.redeem(code, Date.now());
      await eventually(() => known(here) !== code, "the cache to be distrusted", STALE_AT_MOST);
      await one.config("SET", "client-output-buffer-limit", "pubsub 33554432 8388608 60");
    });
    await eventually(async () => (await here.resolver.resolve(ann("m3"))).code === "welcome-00000001", "the new code");
  });

  test("replaces a subscription that stays silent", async () => {
    const fault = proxy.dropReply("SUBSCRIBE", { close: false, times: 1 });
    const late = testStore(client(proxy.url), {}, FOR_EVER);
    await fault.happened();
    await learn(late);
    await late.resolver.close();
  });

  test("listens also by a client that may not queue while it is offline", async () => {
    const strict = kept(
      new Redis(proxy.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 500 }),
    );
    await new Promise((resolve) => strict.once("ready", resolve));
    const desk2 = testStore(strict, {}, FOR_EVER);
    const code = await learn(desk2);
    await there.store.redeem(code, Date.now());
    await eventually(() => known(desk2) === undefined, "the news");
    await desk2.resolver.close();
  });

  test("is off by default while the store is away, and serves what it last saw where that is asked for", async () => {
    const { createResolver } = await import("offer-code");
    const brave = createResolver({ store: here.store, cache: FOR_EVER, serveStaleOnError: true });
    const code = await learn(here);
    await eventually(async () => {
      await brave.resolve(ann("m2"));
      return knownAnswer(brave, ann("m2")) !== undefined;
    }, "a code that is known");
    proxy.refuse();
    proxy.cutAll();
    await eventually(() => known(here) === undefined, "the cache to be distrusted");
    expect(await here.resolver.resolve(ann("m3"))).toMatchObject({ code: null, reason: "store-unavailable" });
    expect(await brave.resolve(ann("m3"))).toMatchObject({ code, reason: "still-valid" });
    expect(await brave.resolve(messageOf("m3", "bob"))).toMatchObject({ code: null, reason: "store-unavailable" });
    await brave.close();
  });
});

test("a cluster: a redemption reaches a process that listens at another node", async () => {
  const cluster = await startCluster({ replicas: 0 });
  const there = testStore(clusterClient(cluster.nodes[0]!.port));
  await fill(there.store, 10);
  const listeners = cluster.nodes.map(({ port }) => testStore(clusterClient(port), {}, FOR_EVER));
  const codes = await Promise.all(listeners.map(learn));
  await there.store.redeem(codes[0]!, Date.now());
  for (const each of listeners) await eventually(() => known(each) === undefined, "the news");
  for (const each of listeners) await each.resolver.close();
  expect(new Set(codes).size).toBe(1);
});
