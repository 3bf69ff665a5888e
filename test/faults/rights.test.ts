import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InvalidInputError } from "offer-code";
import { type RedisStore, redisStore } from "offer-code/redis";
import { beforeAll, describe, expect, test } from "vitest";
import { NOON } from "../fixtures.js";
import { type RedisServer, startRedis, startReplica } from "../setup/redis.js";
import { withClient } from "../setup/redis-client.js";
import { eventually } from "../setup/wait.js";
import { client, fill } from "./test-store.js";

const page = readFileSync(fileURLToPath(new URL("../../docs/reliability.md", import.meta.url)), "utf8");
/** The rights that the documentation publishes. */
const RIGHTS = /```acl\n([^`]+)```/.exec(page)![1]!.trim().split(/\s+/);
const COMMANDS = RIGHTS.filter((right) => right.startsWith("+"));
/** Without these, less is checked and nothing else is missing. */
const OPTIONAL = ["+info"];
/** What the client needs, not the store; a client without it is not connected, or sends the text each time. */
const CONNECTING = ["+evalsha", "+eval"];

let server: RedisServer;
let users = 0;

beforeAll(async () => {
  server = await startRedis();
  await startReplica(server);
});

/** The address of a new account with these rights. */
async function account(rights: readonly string[]): Promise<string> {
  const name = `app${users++}`;
  await withClient(server, (one) => one.call("ACL", "SETUSER", name, "on", ">pw", ...rights));
  return `redis://${name}:pw@${server.host}:${server.port}`;
}

const storeAt = (url: string, prefix: string, options = {}) =>
  redisStore(client(url, { enableReadyCheck: false }), { prefix, onWarning: () => {}, ...options });

/** Everything that a store does. */
async function useAll(store: RedisStore): Promise<void> {
  await store.ready();
  await fill(store, 20);
  await fill(store, 20, { id: "other" });
  await store.recordSignUp("ann", "welcome");
  expect(await store.signUpOffers(["ann"])).toEqual(["welcome"]);
  const state = await store.loadOffer("welcome");
  const request = { offerId: "welcome", revision: state!.revision, from: [0], now: NOON, countLeft: true };
  const item = { subscriberId: "ann", messageId: "m1", holding: null, reusable: null };
  expect(await store.claim({ ...request, items: [item] })).toMatchObject({ status: "answered", left: 19 });
  expect(await store.release("welcome", "ann", "m1")).toMatchObject({ status: "released" });
  await store.claim({ ...request, items: [item, { ...item, subscriberId: "ben" }] });
  expect(await store.redeem("welcome-00000001", NOON)).toMatchObject({ status: "redeemed" });
  await store.redeem("welcome-00000010", NOON);
  expect(await store.findCode("welcome-00000001")).toMatchObject({ subscriberId: "ben" });
  expect(await store.holdings("welcome", ["ann"])).toHaveLength(1);
  await store.tryCodes("welcome", ["X1"]);
  await store.givenByDay("welcome", NOON, 2);
  await store.sampleCode("welcome");
  for await (const codes of store.givenOut("welcome")) expect(codes).not.toEqual([]);
  const watch = store.watch(() => {});
  await eventually(() => watch.live(), "a subscription");
  await watch.close();
  expect(await store.forget("ann")).toBe(1);
  expect(await store.withdraw("welcome", "b1")).toBe(17);
  expect((await store.listOffers()).map(({ id }) => id)).toEqual(["other", "welcome"]);
  expect(await store.reconcile("welcome")).toMatchObject({ faults: 0 });
}

describe("the account of docs/reliability.md", () => {
  test.each(["fast", "replicated"] as const)("may do everything that a store does, %s", async (durability) => {
    await useAll(
      storeAt(await account(RIGHTS.map((right) => right.replace("oc:", `all-${durability}:`))), `all-${durability}`, {
        durability,
      }),
    );
  });

  test.each(
    COMMANDS.filter((right) => !OPTIONAL.includes(right)),
  )("without %s is refused before anything is written", async (right) => {
    const prefix = `without-${right.replace(/\W/g, "")}`;
    const own = RIGHTS.filter((each) => each !== right).map((each) => each.replace("oc:", `${prefix}:`));
    const store = storeAt(await account(own), prefix, { durability: "replicated" });
    const name = CONNECTING.includes(right) ? /\+(eval|evalsha)\b/ : right;
    await expect(store.ready()).rejects.toBeInstanceOf(InvalidInputError);
    await expect(store.saveOffer({ id: "welcome" })).rejects.toThrow(name);
    expect(await withClient(server, (one) => one.keys(`${prefix}:*`))).toEqual([]);
  });

  test.each(OPTIONAL)("without %s may do everything as well", async (right) => {
    const own = RIGHTS.filter((each) => each !== right).map((each) => each.replace("oc:", "less:"));
    await useAll(storeAt(await account(own), "less"));
  });

  test.each(RIGHTS.filter((right) => /^[~&]/.test(right)))("without %s is refused", async (right) => {
    const own = RIGHTS.filter((each) => each !== right).map((each) => each.replace("oc:", "names:"));
    await expect(storeAt(await account(own), "names").ready()).rejects.toThrow("lacks rights for ~names:*");
  });
});
