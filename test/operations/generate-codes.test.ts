import { importCodes, memoryStore } from "offer-code";
import { generateCodes } from "offer-code/operations";
import { expect, test } from "vitest";
import { left, stock } from "../fixtures.js";

test("each code is of the pattern, and none is there twice", async () => {
  const { codes, combinations, odds } = await generateCodes("WELCOME-########", 20_000);
  expect(new Set(codes).size).toBe(20_000);
  for (const code of codes) expect(code).toMatch(/^WELCOME-[2-9B-DF-HJKMNP-TV-Z]{8}$/);
  expect(combinations).toBe(28 ** 8);
  expect(odds).toBe(Math.floor(28 ** 8 / 20_000));
});

test("every character of the alphabet comes about as often as any other", async () => {
  const { codes } = await generateCodes("##########", 20_000);
  const counts = new Map<string, number>();
  for (const char of codes.join("")) counts.set(char, (counts.get(char) ?? 0) + 1);
  const expected = 200_000 / 28;
  expect(counts.size).toBe(28);
  // Eight standard deviations: a fair generator does not leave them.
  for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(8 * Math.sqrt(expected));
});

test.each<[string, number, string]>([
  [
    "WELCOME-###",
    1000,
    'pattern: "WELCOME-###" is too short: one guess in 21 would hit one of 1,000 codes: use 6 # instead of 3',
  ],
  ["WELCOME", 1, "pattern: expected a code with a # for each random character"],
  ["TEN OFF ####", 1, "pattern: expected 1 to 255 bytes of text without blanks"],
  ["########", 0, "count: expected a whole number from 1 to 10000000, but got: 0"],
  ["########", 1.5, "count: expected a whole number"],
])("%s for %d codes is refused", async (pattern, count, complaint) => {
  await expect(generateCodes(pattern, count)).rejects.toThrow(complaint);
});

test("codes that an offer has already are not made, and the made ones go into a batch", async () => {
  const store = memoryStore();
  await stock(store, {}, []);
  const taken: string[] = [];
  const known = {
    offerId: "welcome",
    store: {
      tryCodes: async (offerId: string, codes: readonly string[]) => {
        // The first half of each try is taken meanwhile by another offer.
        const half = codes.slice(0, Math.floor(codes.length / 2));
        taken.push(...half);
        await store.saveOffer({ id: "other" });
        await importCodes(store, "other", half);
        return store.tryCodes(offerId, codes);
      },
    },
  };
  const { codes } = await generateCodes("A-########", 64, known);
  expect(codes.filter((code) => taken.includes(code))).toEqual([]);
  expect(await importCodes(store, "welcome", codes)).toMatchObject({ added: 64 });
  expect(await left(store)).toBe(64);
});
