import { expect, test } from "vitest";
import { startRedis } from "../setup/redis.js";
import { eventually } from "../setup/wait.js";
import { client, figures, fill, Ledger, load, size, testStore } from "./test-store.js";

test("a server killed under load and started again has lost no code that was shown, and given none to two", async () => {
  const server = await startRedis({ appendOnly: true });
  const { resolver } = testStore(client(server.url), { timeout: 1_000 });
  const { store } = testStore(client(server.url), { timeout: 20_000 });
  await fill(store, 60_000);
  const ledger = new Ledger();
  const under = load(resolver, ledger);
  const rounds = size(2, 20);
  for (let round = 0; round < rounds; round++) {
    const before = ledger.claims;
    await eventually(() => ledger.claims > before + 200, "claims before the kill");
    await server.kill9();
    await server.restart();
  }
  const before = ledger.claims;
  await eventually(() => ledger.claims > before + 200, "claims after the last start");
  await under.stop();

  const lost = await ledger.lost(store);
  const { duplicates, changed, claims } = ledger;
  figures("kill -9", { rounds, claims, failures: under.failures, duplicates, changed, lost });
  expect({ duplicates, changed, lost }).toEqual({ duplicates: 0, changed: 0, lost: 0 });
  expect(under.failures).toBeGreaterThan(0);
  expect((await store.reconcile("welcome")).findings).toEqual([]);
});
