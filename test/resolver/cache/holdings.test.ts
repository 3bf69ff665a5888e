import { expect, test } from "vitest";
import { HoldingCache } from "../../../src/resolver/cache/holdings.js";
import { held, NOON } from "../../fixtures.js";

const holding = [held()] as const;

function filled(max = 10, maxAge = 1000): HoldingCache {
  const cache = new HoldingCache(max, maxAge);
  put(cache, "ann");
  return cache;
}

function put(cache: HoldingCache, subscriberId: string, now = NOON): void {
  const flight = cache.beginRead(now);
  cache.put(flight, "welcome", subscriberId, holding);
  cache.endRead(flight);
}

test("what was put is trusted until its age runs out, and not before it was put", () => {
  const cache = filled();
  const ages = [-1, 0, 1000, 1001].map((age) => cache.getFresh("welcome", "ann", NOON + age));
  expect(ages).toEqual([undefined, holding, holding, undefined]);
  expect(cache.getStale("welcome", "ann")).toEqual(holding);
});

test("offers and subscribers are told apart", () => {
  const cache = filled();
  expect(cache.getFresh("vip", "ann", NOON)).toBeUndefined();
  expect(cache.getFresh("welcome", "ben", NOON)).toBeUndefined();
});

test("what is forgotten is gone, for its subscriber alone", () => {
  const cache = filled();
  put(cache, "ben");
  cache.forget("welcome", "ann");
  expect(cache.getFresh("welcome", "ann", NOON)).toBeUndefined();
  expect(cache.getStale("welcome", "ann")).toBeUndefined();
  expect(cache.getFresh("welcome", "ben", NOON)).toEqual(holding);
});

test("an answer that was overtaken by a change of its subscriber is dropped", () => {
  const cache = new HoldingCache(10, 1000);
  const flight = cache.beginRead(NOON);
  cache.forget("welcome", "ann");
  cache.put(flight, "welcome", "ann", holding);
  cache.put(flight, "welcome", "ben", holding);
  cache.endRead(flight);
  expect(cache.getFresh("welcome", "ann", NOON)).toBeUndefined();
  expect(cache.getFresh("welcome", "ben", NOON)).toEqual(holding);
});

test("an answer is dropped even when another flight that took off later has landed", () => {
  const cache = new HoldingCache(10, 1000);
  const slow = cache.beginRead(NOON);
  cache.forget("welcome", "ann");
  cache.endRead(cache.beginRead(NOON));
  cache.put(slow, "welcome", "ann", holding);
  expect(cache.getFresh("welcome", "ann", NOON)).toBeUndefined();
});

test("a change before take-off does not matter", () => {
  const cache = new HoldingCache(10, 1000);
  const other = cache.beginRead(NOON);
  cache.forget("welcome", "ann");
  put(cache, "ann");
  cache.endRead(other);
  expect(cache.getFresh("welcome", "ann", NOON)).toEqual(holding);
});

test("when changes were missed nothing from before is trusted, nor what is still in the air", () => {
  const cache = filled();
  const flight = cache.beginRead(NOON);
  cache.invalidateAll();
  cache.put(flight, "welcome", "ben", holding);
  cache.endRead(flight);
  expect(cache.getFresh("welcome", "ann", NOON)).toBeUndefined();
  expect(cache.getFresh("welcome", "ben", NOON)).toBeUndefined();
  expect(cache.getStale("welcome", "ann")).toEqual(holding);
  put(cache, "ann");
  expect(cache.getFresh("welcome", "ann", NOON)).toEqual(holding);
});

test("the least recently used entry makes room for a new one", () => {
  const cache = filled(2);
  put(cache, "ben");
  cache.getFresh("welcome", "ann", NOON);
  put(cache, "cat");
  expect(["ann", "ben", "cat"].map((id) => cache.getFresh("welcome", id, NOON) !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
});
