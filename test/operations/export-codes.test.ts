import { memoryStore } from "offer-code";
import { defineOffers, exportCodesCsv, rollback } from "offer-code/operations";
import { expect, test } from "vitest";
import { NOON, stock } from "../fixtures.js";
import { claim } from "../store/contract/tools.js";

async function textOf(chunks: AsyncIterable<string>): Promise<string[]> {
  let text = "";
  for await (const chunk of chunks) text += chunk;
  return text.split("\r\n").slice(1, -1);
}

test.each([
  ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ["+49170", "'+49170"],
  ["-1", "'-1"],
  ["@ann", "'@ann"],
  ["＝1", "'＝1"],
  ["'=1", "''=1"],
  ["'a", "'a"],
  ["a=b", "a=b"],
  ['say "hi"', '"say ""hi"""'],
  ["a,b", '"a,b"'],
  ["a;b", '"a;b"'],
])("a subscriber called %s is written as %s", async (subscriberId, cell) => {
  const store = memoryStore();
  await stock(store);
  await claim(store, subscriberId, "m1");
  const [line] = await textOf(exportCodesCsv(store, "welcome"));
  expect(line).toBe(`A1,${cell},m1,b1,,,${new Date(NOON).toISOString()},,,`);
});

test("the codes of one batch are written alone, each with its end", async () => {
  const store = memoryStore();
  await stock(store, { window: { type: "custom-period" } }, [
    { id: "b1", codes: ["A1"], endsOn: "2026-11-30" },
    { id: "b2", codes: ["B1"], endsOn: "2026-12-31" },
  ]);
  await claim(store, "ann", "m1");
  await claim(store, "ben", "m1");
  const at = new Date(NOON).toISOString();
  expect(await textOf(exportCodesCsv(store, "welcome", { batch: "b2" }))).toEqual([
    `B1,ben,m1,b2,,2026-12-31,${at},2027-01-01T00:00:00.000Z,,`,
  ]);
});

test("a rollback takes back what nobody has, and what was taken back can be imported again", async () => {
  const store = memoryStore();
  await stock(store);
  await claim(store, "ann", "m1");
  await store.redeem("A1", NOON);
  const report = { offerId: "welcome", batch: "b1", withdrawn: 2, givenOut: 1, redeemed: 1 };
  expect(await rollback(store, "welcome", "b1", { dryRun: true })).toEqual({ ...report, dryRun: true });
  expect(await rollback(store, "welcome", "b1")).toEqual({ ...report, dryRun: false });
  expect(await rollback(store, "welcome", "b1")).toEqual({ ...report, dryRun: false, withdrawn: 0 });
  expect((await store.addCodes("welcome", { id: "b2" }, ["A1", "B2", "C3"])).outcomes).toEqual([
    "given-out",
    "added",
    "added",
  ]);
});

test("nothing of a definition is saved when one offer of it is wrong", async () => {
  const store = memoryStore();
  const offers = [{ id: "good" }, { id: "bad", lowStock: -1 }];
  await expect(defineOffers(store, offers)).rejects.toThrow("offers[1].lowStock: expected a whole number");
  expect(await store.listOffers()).toEqual([]);
  expect(await defineOffers(store, { id: "good", name: "Ten" })).toMatchObject([{ status: "created" }]);
  expect(await defineOffers(store, [{ id: "good" }])).toMatchObject([
    { status: "changed", changes: [{ field: "name", from: "Ten", to: undefined }] },
  ]);
});
