// Writes that the network keeps back and delivers when what they were based on is over, and data that go back behind a process.
import type { Redis } from "ioredis";
import { type ImportReport, importCodes } from "offer-code";
import { type RedisStore, redisStore } from "offer-code/redis";
import { beforeEach, describe, expect, test } from "vitest";
import { scriptNames } from "../../src/store/redis/lua.js";
import { codeList, NOON, stock } from "../fixtures.js";
import { claim, claimAll, codeOf, codesIn, newcomer, totals } from "./contract/tools.js";
import { useRedisStores } from "./redis-stores.js";

const stores = useRedisStores();
let prefix: string;
let store: RedisStore;

beforeEach(() => {
  prefix = stores.prefix();
  store = redisStore(stores.client, { prefix });
});

/** A store whose connection keeps the first run of a script back: its caller fails, `deliver` sends it after all. */
function keepingBack(script: string): { store: RedisStore; deliver(): Promise<unknown> } {
  let kept: string[] | null = null;
  const { client } = stores;
  const lossy = Object.assign(Object.create(client) as Redis, {
    async call(command: string, ...args: string[]) {
      if (kept === null && command === "evalsha" && scriptNames.get(args[0] as string) === script) {
        kept = [command, ...args];
        throw new Error("the connection is lost");
      }
      return client.call(command, ...args);
    },
  });
  return {
    store: redisStore(lossy, { prefix }),
    deliver: () => client.call(...(kept as unknown as [string, ...string[]])),
  };
}

async function expectSound(): Promise<void> {
  expect((await store.reconcile("welcome")).findings).toEqual([]);
}

describe("a write that arrives too late", () => {
  test("a withdrawal takes nothing of what was imported anew since", async () => {
    await stock(store, {}, [{ id: "b1", codes: codeList("C", 4) }]);
    const late = keepingBack("withdraw");
    await expect(late.store.withdraw("welcome", "b1")).rejects.toThrow("the connection is lost");
    expect(await store.withdraw("welcome", "b1")).toBe(4);
    await store.addCodes("welcome", { id: "b1" }, codeList("C", 4));
    expect(await late.deliver()).toEqual(["turn-over", expect.any(String)]);
    expect(await totals(store)).toMatchObject({ inPool: 4 });
    await expectSound();
  });

  test("the removal of entries spares codes that were imported anew since", async () => {
    await stock(store, {}, [{ id: "b1", codes: codeList("C", 4) }]);
    const late = keepingBack("change-entries");
    await expect(late.store.withdraw("welcome", "b1")).rejects.toThrow("the connection is lost");
    expect(await store.addCodes("welcome", { id: "b1" }, codeList("C", 4))).toMatchObject({
      outcomes: Array(4).fill("added"),
    });
    await late.deliver();
    expect(await store.findCode("C2")).toMatchObject({ status: "in-pool" });
    await expectSound();
  });

  test("an import adds nothing once another had its turn", async () => {
    await stock(store);
    const late = keepingBack("add-codes");
    await expect(late.store.addCodes("welcome", { id: "b1" }, ["D4"])).rejects.toThrow("the connection is lost");
    await store.saveOffer({ id: "other" });
    expect(await store.addCodes("other", { id: "b1" }, ["D4"])).toMatchObject({ outcomes: ["added"] });
    expect(await late.deliver()).toEqual(["turn-over", expect.any(String)]);
    expect(await store.findCode("D4")).toMatchObject({ offerId: "other" });
    await expectSound();
  });

  test("a release takes back nothing of a later claim by the same message", async () => {
    await stock(store);
    await claim(store, "ann", "m1");
    const late = keepingBack("release");
    await expect(late.store.release("welcome", "ann", "m1")).rejects.toThrow("the connection is lost");
    expect(await store.release("welcome", "ann", "m1")).toMatchObject({ status: "released" });
    expect(codeOf(await claim(store, "ann", "m1", { now: NOON + 1 }))).toBe("A1");
    expect(await late.deliver()).toEqual(["nothing-claimed"]);
    expect(codeOf(await claim(store, "ben", "m2"))).toBe("B2");
    await expectSound();
  });

  test("a release that is delivered twice happens once", async () => {
    await stock(store);
    await claim(store, "ann", "m1");
    const late = keepingBack("release");
    await expect(late.store.release("welcome", "ann", "m1")).rejects.toThrow("the connection is lost");
    expect(await late.deliver()).toEqual(["released", "A1"]);
    expect(codeOf(await claim(store, "ann", "m1"))).toBe("A1");
    expect(await late.deliver()).toEqual(["released", "A1"]);
    expect(await totals(store)).toMatchObject({ inPool: 2, givenOut: 1 });
    await expectSound();
  });
});

describe("an import that broke off", () => {
  test.each(["enter-codes", "add-codes"])("before %s is done by the next one as if it had run once", async (script) => {
    await stock(store);
    const codes = codeList("D", 300);
    await expect(importCodes(keepingBack(script).store, "welcome", codes, { batch: "b2" })).rejects.toThrow("is lost");
    const report: ImportReport = await importCodes(store, "welcome", codes.toReversed(), { batch: "b3" });
    expect(report.added).toBe(300);
    expect(await totals(store)).toMatchObject({ inPool: 303 });
    await expectSound();
  });

  test("leaves entries that lead nowhere, which reconcile finds and mends", async () => {
    await stock(store);
    const lossy = keepingBack("add-codes").store;
    await expect(lossy.addCodes("welcome", { id: "b1" }, ["D4", "E5"])).rejects.toThrow("is lost");
    expect(await store.redeem("D4", NOON)).toEqual({ status: "unknown-code" });
    const faults = [{ fault: "index-astray" }, { fault: "index-astray" }];
    expect(await store.reconcile("welcome", { repair: true })).toMatchObject({ repaired: 2, findings: faults });
    await expectSound();
  });

  test("codes without an entry, and with a wrong one, are entered by reconcile", async () => {
    await stock(store);
    for (const key of await stores.client.keys(`${prefix}:index:{*}:*`)) {
      await stores.client.hdel(key, "a1");
      if (await stores.client.hexists(key, "b2")) await stores.client.hset(key, "b2", "100000077");
    }
    expect(await store.findCode("A1")).toBeNull();
    expect(await store.reconcile("welcome", { repair: true })).toMatchObject({ faults: 3 });
    expect(await store.findCode("A1")).toMatchObject({ status: "in-pool" });
    expect(await store.findCode("b2")).toMatchObject({ status: "in-pool" });
    await expectSound();
  });
});

describe("data that go back behind a process", () => {
  const key = (name: string) => `${prefix}:{welcome}${name}`;

  test("the counter of a batch deleted by hand: its next codes are given to nobody", async () => {
    await stock(store, {}, [{ id: "b1", codes: codeList("C", 20) }]);
    await claimAll(
      store,
      codeList("s", 9).map((id) => newcomer(id)),
    );
    await stores.client.del(key(":batch:0"));
    await expect(claimAll(store, [newcomer("late")])).rejects.toThrow("do not fit its counter");
    await expect(store.withdraw("welcome", "b1")).rejects.toThrow("do not fit its counter");
    expect(await store.findCode("C3")).toBeNull();
  });

  test("an older copy of an offer: a process that remembers what was newer is told to read it anew", async () => {
    await store.saveOffer({ id: "welcome", window: { type: "custom-period" } });
    await store.addCodes("welcome", { id: "nov", startsOn: "2026-11-01" }, ["N1"]);
    const backup = await stores.client.dumpBuffer(key(""));
    await store.addCodes("welcome", { id: "dec", startsOn: "2026-12-01" }, ["D1"]);
    const remembered = (await store.loadOffer("welcome"))?.revision ?? 0;
    await stores.client.restore(key(""), 0, backup as Buffer, "REPLACE");
    await stores.client.rpop(key(":batches"));
    await store.addCodes("welcome", { id: "jan", startsOn: "2027-01-01" }, ["J1"]);
    expect(await claimAll(store, [newcomer("ann")], { revision: remembered, from: [1] })).toEqual({
      status: "offer-changed",
    });
  });

  test("an offer saved anew after everything was wiped: a claim that remembers the old one is refused", async () => {
    await stock(store);
    const remembered = (await store.loadOffer("welcome"))?.revision ?? 0;
    for (const each of await stores.client.keys(`${prefix}:*`)) await stores.client.del(each);
    await stock(store, {}, [{ id: "b1", codes: codeList("C", 200) }]);
    expect(await claimAll(store, [newcomer("ann")], { revision: remembered })).toEqual({ status: "offer-changed" });
    expect(codesIn(await claimAll(store, [newcomer("ann")]))).toEqual(["C0"]);
    expect(await store.findCode("C199")).toMatchObject({ offerId: "welcome" });
  });
});

test("subscribers keep what they hold while their buckets grow with later imports", async () => {
  const codes = codeList("C", 3000);
  await stock(store, {}, [{ id: "b1", codes }]);
  const ids = codeList("süb-", 3000);
  const claimSome = (from: number, to: number, over = store) =>
    claimAll(
      over,
      ids.slice(from, to).map((id) => newcomer(id, "m")),
    );
  const other = redisStore(stores.client, { prefix });
  const given = codesIn(await claimSome(0, 200, other));
  for (let n = 0; n < 8; n++) await claim(store, ids[0] as string, `more-${n}`);
  for (let n = 1; n < 6; n++) await store.addCodes("welcome", { id: `more-${n}` }, codeList(`M${n}-`, 4000));
  given.push(...codesIn(await claimSome(200, 400, other)));
  const held = await store.holdings("welcome", ids.slice(1, 400));
  expect(held.map((holding) => holding?.[0].code)).toEqual(given.slice(1));
  expect((await stores.client.keys(`${prefix}:{welcome}:s:*`)).length).toBeGreaterThan(100);
  await expectSound();
});

describe("a deletion that broke off", () => {
  test.each([
    "remove-codes",
    "change-entries",
    "remove-holders",
    "unlist-offer",
  ])("before %s is finished by the next call, or by saving the offer anew", async (script) => {
    for (const finish of ["delete", "save"]) {
      await stock(store, {}, [{ id: "b1", codes: codeList("C", 1200) }]);
      await claimAll(
        store,
        codeList("s", 600).map((id) => newcomer(id)),
      );
      await expect(keepingBack(script).store.deleteOffer("welcome", { force: true })).rejects.toThrow("is lost");
      expect(await store.loadOffer("welcome")).toBeNull();
      if (finish === "delete") await store.deleteOffer("welcome");
      await stock(store, {}, [{ id: "b1", codes: codeList("C", 1200) }]);
      expect(await totals(store)).toMatchObject({ inPool: 1200, givenOut: 0 });
      expect(codeOf(await claim(store, "s1", "again"))).toBe("C0");
      await expectSound();
      await store.deleteOffer("welcome", { force: true });
    }
    const left = await stores.client.keys(`${prefix}:{welcome}*`);
    expect(left).toEqual([]);
  });
});

describe("assigning codes that people hold already", () => {
  const held = (code: string, subscriberId: string) => ({
    code,
    subscriberId,
    messageId: `old ${code}`,
    issuedAt: NOON - 1000,
    redeemedAt: null,
  });

  test("a code deep in the pool leaves it, and those before it are drawn in file order all the same", async () => {
    await stock(store, {}, [{ id: "b1", codes: codeList("C", 3000) }]);
    await store.redeem("C2", NOON);
    const items = [held("C2500", "ann"), held("C1", "ben"), held("NEW", "cat"), held("c2", "dan")];
    expect(await store.assign("welcome", { id: "b1" }, items)).toEqual(Array(4).fill("assigned"));
    await expectSound();
    const drawn = codesIn(
      await claimAll(
        store,
        codeList("s", 3).map((id) => newcomer(id)),
      ),
    );
    expect(drawn).toEqual(["C0", "C3", "C4"]);
    expect(await totals(store)).toEqual({ inPool: 2994, givenOut: 7, redeemed: 1, redeemedInPool: 0 });
    await expectSound();
  });

  test("interrupted before its codes have holders, nobody is given them, and done again it assigns them", async () => {
    await stock(store, {}, [{ id: "b1", codes: ["A1"] }]);
    const items = codeList("H", 30).map((code) => held(code, `holder of ${code}`));
    await expect(keepingBack("assign").store.assign("welcome", { id: "moved" }, items)).rejects.toThrow("is lost");
    const given = codesIn(
      await claimAll(
        store,
        ["ann", "eve"].map((id) => newcomer(id)),
      ),
    );
    expect(given).toEqual(["A1", "pool-empty"]);
    expect(await store.assign("welcome", { id: "moved" }, items)).toEqual(Array(30).fill("assigned"));
    expect(await store.findCode("H7")).toMatchObject({ subscriberId: "holder of H7", redeemedAt: null });
    expect(await totals(store)).toEqual({ inPool: 0, givenOut: 31, redeemed: 0, redeemedInPool: 0 });
    await expectSound();
  });
});
