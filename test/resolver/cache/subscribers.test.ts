import { memoryStore } from "offer-code";
import { expect, test } from "vitest";
import type { Holding } from "../../../src/domain/holding.js";
import type { UnixMs } from "../../../src/domain/units.js";
import { Epoch, type ReadToken } from "../../../src/resolver/cache/epoch.js";
import { OfferCatalog } from "../../../src/resolver/cache/offers.js";
import { withShown } from "../../../src/resolver/cache/recent-display.js";
import { addEntry, type CacheEntry, findEntry, SubscriberCache } from "../../../src/resolver/cache/subscribers.js";
import { held, message, NOON } from "../../fixtures.js";

const holding = [held()] as const;

function filled(max = 10): SubscriberCache {
  const cache = new SubscriberCache(max, new Epoch());
  put(cache, "ann");
  return cache;
}

function entryOf(cache: SubscriberCache, subscriberId: string, offerId = "welcome"): CacheEntry {
  const record = cache.get(subscriberId);
  return findEntry(record, offerId) ?? addEntry(record, offerId);
}

function put(cache: SubscriberCache, subscriberId: string, token = cache.epoch.beginRead(NOON)): void {
  cache.put(token, entryOf(cache, subscriberId), holding);
}

/** What is remembered and not made wrong by a change of everything. */
function remembered(cache: SubscriberCache, subscriberId: string, offerId = "welcome"): Holding | null {
  const record = cache.find(subscriberId);
  const entry = record && findEntry(record, offerId);
  return entry !== undefined && cache.epoch.isAfterAll(entry.token) ? entry.holding : null;
}

test("offers and subscribers are told apart", () => {
  const cache = filled();
  expect(remembered(cache, "ann")).toEqual(holding);
  expect(remembered(cache, "ann", "vip")).toBeNull();
  expect(remembered(cache, "ben")).toBeNull();
});

test("what a change made wrong is gone, for its subscriber alone", () => {
  const cache = filled();
  put(cache, "ben");
  cache.invalidate("welcome", "ann");
  expect(remembered(cache, "ann")).toBeNull();
  expect(remembered(cache, "ben")).toEqual(holding);
});

test("an answer that was overtaken by a change of its subscriber is dropped", () => {
  const cache = new SubscriberCache(10, new Epoch());
  const token = cache.epoch.beginRead(NOON);
  cache.invalidate("welcome", "ann");
  put(cache, "ann", token);
  put(cache, "ben", token);
  expect(remembered(cache, "ann")).toBeNull();
  expect(remembered(cache, "ben")).toEqual(holding);
});

test("an answer is dropped even when another read that began later has ended", () => {
  const cache = new SubscriberCache(10, new Epoch());
  const slow = cache.epoch.beginRead(NOON);
  cache.invalidate("welcome", "ann");
  cache.epoch.endRead(cache.epoch.beginRead(NOON));
  put(cache, "ann", slow);
  expect(remembered(cache, "ann")).toBeNull();
});

test("a change before a read began does not matter", () => {
  const cache = new SubscriberCache(10, new Epoch());
  cache.epoch.beginRead(NOON);
  cache.invalidate("welcome", "ann");
  put(cache, "ann");
  expect(remembered(cache, "ann")).toEqual(holding);
});

test("when changes were missed nothing from before is trusted, nor what is still under way", () => {
  const cache = filled();
  const token = cache.epoch.beginRead(NOON);
  cache.epoch.changedAll();
  put(cache, "ben", token);
  expect(remembered(cache, "ann")).toBeNull();
  expect(remembered(cache, "ben")).toBeNull();
  expect(findEntry(cache.get("ann"), "welcome")?.holding).toEqual(holding);
  put(cache, "ann");
  expect(remembered(cache, "ann")).toEqual(holding);
});

test("any number of changes during one read is noticed, and takes no more memory than ten thousand", () => {
  const epoch = new Epoch();
  const token = epoch.beginRead(NOON);
  epoch.changed("s0");
  for (let n = 1; n < 10_000; n++) epoch.changed(`s${n}`);
  expect([epoch.isCurrent(token, "s0"), epoch.isCurrent(token, "ann")]).toEqual([false, true]);
  epoch.changed("one more");
  expect([epoch.isCurrent(token, "s0"), epoch.isCurrent(token, "ann")]).toEqual([false, false]);
});

test("the least recently used subscriber makes room for a new one", () => {
  const cache = filled(2);
  put(cache, "ben");
  cache.find("ann");
  put(cache, "cat");
  expect(["ann", "ben", "cat"].map((id) => remembered(cache, id) !== null)).toEqual([true, false, true]);
});

test("what a message showed outlives its subscriber's place in the cache, and changes of the subscriber reach it there", () => {
  const cache = filled(1);
  const entry = entryOf(cache, "ann");
  entry.shown = withShown(null, message(), "m1", held(), NOON);
  put(cache, "ben");
  cache.invalidate("welcome", "ann");
  expect(entryOf(cache, "ann")).toBe(entry);
  expect([entry.holding, entry.shown?.messageId]).toEqual([null, "m1"]);
  put(cache, "ben");
  cache.forget("ann");
  expect(entryOf(cache, "ann").shown).toBeNull();
});

test("an entry whose subscriber was evicted while a read was under way takes its place again", () => {
  const cache = new SubscriberCache(1, new Epoch());
  const [token, entry] = [cache.epoch.beginRead(NOON), entryOf(cache, "ann")];
  put(cache, "ben");
  cache.put(token, entry, holding);
  expect(remembered(cache, "ann")).toEqual(holding);
});

test("sixteen offers of one subscriber are remembered, the newest ones", () => {
  const cache = new SubscriberCache(10, new Epoch());
  for (let n = 0; n < 20; n++) cache.put(cache.epoch.beginRead(NOON), entryOf(cache, "ann", `o${n}`), holding);
  const kept = Array.from({ length: 20 }, (_, n) => remembered(cache, "ann", `o${n}`) !== null);
  expect(kept).toEqual([...Array(4).fill(false), ...Array(16).fill(true)]);
});

async function catalog(maxAge = 1000) {
  const [store, epoch] = [memoryStore(), new Epoch()];
  await store.saveOffer({ id: "welcome" });
  const offers = new OfferCatalog(store, maxAge, epoch);
  await offers.load("welcome", NOON);
  const isFresh = (now: UnixMs = NOON) => {
    const known = offers.get("welcome");
    return known !== undefined && offers.isFresh(known, now);
  };
  return { store, epoch, offers, isFresh };
}

test("an offer is trusted until its age runs out, and not before it was read", async () => {
  const { isFresh } = await catalog();
  expect([-1, 0, 1000, 1001].map((age) => isFresh(NOON + age))).toEqual([false, true, true, false]);
});

test("an offer that changed while it was read is read again, and so is one of which changes may have been missed", async () => {
  const { epoch, offers, isFresh } = await catalog();
  const early = offers.load("welcome", NOON);
  offers.invalidate("welcome");
  await early;
  expect(isFresh()).toBe(false);
  await offers.load("welcome", NOON);
  expect(isFresh()).toBe(true);
  epoch.changedAll();
  expect(isFresh()).toBe(false);
});

test("a claim that began before a change does not confirm the offer, one that began after it does", async () => {
  const { epoch, offers, isFresh } = await catalog();
  const state = offers.get("welcome")?.state as NonNullable<ReturnType<typeof offers.get>>["state"];
  const before: ReadToken = epoch.beginRead(NOON);
  offers.invalidate("welcome");
  offers.confirm(state, before);
  expect(isFresh()).toBe(false);
  offers.confirm(state, epoch.beginRead(NOON));
  expect(isFresh()).toBe(true);
});
