import { StoreUnavailableError } from "offer-code";
import { beforeEach, describe, expect, test } from "vitest";
import { startRedis, startReplica } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { eventually } from "../setup/wait.js";
import { type Pipe, startPipe } from "./pipe.js";
import { client, fill, type TestStore, testStore } from "./test-store.js";

const replicated = { durability: "replicated", timeout: 500 } as const;

describe("replicated, while the replica gets nothing", () => {
  let link: Pipe;
  let first: TestStore;
  let second: TestStore;

  beforeEach(async () => {
    const primary = await startRedis();
    link = await startPipe(primary);
    await startReplica({ ...primary, ...link });
    await fill(testStore(client(primary.url)).store, 10);
    first = testStore(client(primary.url), replicated);
    second = testStore(client(primary.url), replicated);
    for (const { ask } of [first, second]) {
      await eventually(async () => (await ask("before", "ann")).code !== null, "a claim that is confirmed");
    }
    await withClient(primary, (one) => one.wait(1, 5_000));
    link.hold();
  });

  test("a claim that one process ran is not confirmed to another that has nothing left to write", async () => {
    expect(await first.ask("m1")).toMatchObject({ code: null, reason: "store-unavailable" });
    expect(await second.ask("m1")).toMatchObject({ code: null, reason: "store-unavailable" });
    link.release();
    await eventually(async () => (await second.ask("m1")).code === "welcome-00000001", "the confirmation");
  });

  test("nor is a redemption, a sign-up or an import", async () => {
    const acts: ((desk: TestStore) => Promise<unknown>)[] = [
      ({ store }) => store.redeem("welcome-00000009", 1),
      ({ store }) => store.recordSignUp("ann", "welcome"),
      ({ store }) => store.addCodes("welcome", { id: "b1" }, ["NEW"]),
    ];
    for (const act of acts) {
      await expect(act(first)).rejects.toBeInstanceOf(StoreUnavailableError);
      await expect(act(second)).rejects.toBeInstanceOf(StoreUnavailableError);
    }
  });
});
