import fc from "fast-check";
import { expect, test } from "vitest";
import { type Linked, Recent } from "../../../src/resolver/cache/recent.js";

interface Entry extends Linked<Entry> {
  value: number;
}

function entry(group: string, key: string, value = 0): Entry {
  return { group, key, value, newer: null, older: null };
}

test("finds what was added by both parts of its key, and nothing else", () => {
  const recent = new Recent<Entry>(10);
  const [one, other] = [entry("a", "bc"), entry("ab", "c")];
  recent.add(one);
  recent.add(other);
  expect([recent.get("a", "bc"), recent.peek("ab", "c"), recent.get("a", "c")]).toEqual([one, other, undefined]);
});

test("keeps a hundred thousand, and the newest of them", () => {
  const recent = new Recent<Entry>(100_000);
  for (let n = 0; n < 150_000; n++) recent.add(entry(`g${n % 3}`, `key ${n}`, n));
  const found = Array.from({ length: 150_000 }, (_, n) => recent.peek(`g${n % 3}`, `key ${n}`)?.value);
  expect(found.findIndex((value) => value !== undefined)).toBe(50_000);
  expect(found.slice(50_000).every((value, at) => value === at + 50_000)).toBe(true);
});

test("does what a map does that drops the entry used least recently", () => {
  const action = fc.tuple(fc.constantFrom("add", "get", "peek", "delete"), fc.integer({ min: 0, max: 40 }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(action, { maxLength: 200 }), (max, actions) => {
      const recent = new Recent<Entry>(max);
      const model = new Map<string, Entry>();
      for (const [name, n] of actions) {
        const [group, key] = [`g${n % 2}`, `k${n}`];
        const known = model.get(key);
        if (name === "add" && known === undefined) {
          const added = entry(group, key, n);
          recent.add(added);
          model.set(key, added);
          if (model.size > max) model.delete(model.keys().next().value as string);
        }
        if (name === "get") {
          expect(recent.get(group, key)).toBe(known);
          if (known !== undefined) {
            model.delete(key);
            model.set(key, known);
          }
        }
        if (name === "peek") expect(recent.peek(group, key)).toBe(known);
        if (name === "delete" && known !== undefined) {
          recent.delete(known);
          model.delete(key);
        }
      }
      for (let n = 0; n <= 40; n++) expect(recent.peek(`g${n % 2}`, `k${n}`)).toBe(model.get(`k${n}`));
    }),
  );
});
