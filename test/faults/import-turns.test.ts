import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Command, type FaultProxy, startFaultProxy } from "../setup/fault-proxy.js";
import { type RedisServer, startRedis } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { eventually } from "../setup/wait.js";
import { client, isScript, testStore } from "./test-store.js";

let server: RedisServer;
let proxy: FaultProxy;

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  proxy = await startFaultProxy(server);
});
afterEach(() => proxy.close());

test.each([
  ["before its codes have entries", "begin-import"],
  ["before its codes are in the pool", "enter-codes"],
])("an import that was held up %s until others had their turn adds nothing: no code gets into two offers", async (_when, last) => {
  const own = client(server.url);
  await own.flushall();
  const { store: direct } = testStore(own);
  const { store: slow } = testStore(client(proxy.url), { timeout: 20_000 });
  await direct.saveOffer({ id: "one" });
  await direct.saveOffer({ id: "two" });
  await slow.listOffers();

  let isHeldUp = false;
  proxy.delayReply((command: Command) => {
    if (!isHeldUp && isScript(last)(command)) {
      isHeldUp = true;
      proxy.silence();
    }
    return false;
  }, 0);
  const late = slow.addCodes("one", { id: "b1" }, ["A1"]).catch((error: Error) => error.message);
  await eventually(() => isHeldUp, "an import between its check and its codes");
  await own.del("oc:import:{turn}"); // what the lock's own end does
  await direct.addCodes("two", { id: "b2" }, ["A1"]);
  proxy.speak();

  expect(await late).toMatch("others had their turn");
  expect(await direct.findCode("A1")).toMatchObject({ offerId: "two" });
  expect(await direct.counts("one")).toEqual([]);
  for (const id of ["one", "two"]) expect((await direct.reconcile(id)).findings).toEqual([]);
});

test("an importer that is stopped (SIGSTOP) while it holds the lock, and goes on after its turn, adds nothing", async () => {
  const stopped = await startRedis();
  const around = await startFaultProxy(stopped);
  const { store } = testStore(client(stopped.url));
  await store.saveOffer({ id: "one" });
  await store.saveOffer({ id: "two" });
  const worker = fork(fileURLToPath(new URL("import-worker.js", import.meta.url)), [around.url, "one", "A1"]);
  const ended = once(worker, "message").then(([word]) => String(word));
  let isStopped = false;
  around.delayReply((command: Command) => {
    if (!isStopped && isScript("begin-import")(command)) {
      isStopped = true;
      worker.kill("SIGSTOP");
    }
    return false;
  }, 0);
  await eventually(() => isStopped, "an importer that holds the lock");
  await withClient(stopped, (one) => one.del("oc:import:{turn}")); // what the lock's own end does
  await store.addCodes("two", { id: "b1" }, ["A1"]);
  worker.kill("SIGCONT");
  expect(await ended).toMatch("others had their turn");
  expect(await store.findCode("A1")).toMatchObject({ offerId: "two" });
  expect((await store.reconcile("one")).findings).toEqual([]);
  expect((await store.reconcile("two")).findings).toEqual([]);
});
