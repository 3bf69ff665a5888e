import { createResolver, memoryStore } from "offer-code";
import {
  codesOf,
  exportCodesCsv,
  importAssignments,
  mergeSubscribers,
  revokeFile,
  streamSource,
} from "offer-code/operations";
import { expect, test } from "vitest";
import { DAY, message, NOON, stock } from "../fixtures.js";
import { claim } from "../store/contract/tools.js";

function file(text: string) {
  return streamSource(
    (async function* () {
      yield text;
    })(),
    "leaked.csv",
  );
}

test("the codes of a person are told with their state at an instant", async () => {
  const store = memoryStore();
  await stock(store, { name: "Ten", window: { type: "time-to-live", amount: 2, unit: "day" } }, [
    { id: "b1", codes: ["A1", "A2", "A3", "A4"] },
  ]);
  for (const [place, days] of [5, 4, 1, 0].entries())
    await claim(store, "ann", `m${place}`, { now: NOON - days * DAY });
  await store.redeem("A2", NOON - 3 * DAY);
  await store.revoke("A3");
  const codes = await codesOf(store, "ann", { at: NOON });
  expect(codes.map(({ code, state }) => `${code} ${state}`)).toEqual([
    "A4 valid",
    "A3 revoked",
    "A2 redeemed",
    "A1 expired",
  ]);
  expect(codes[0]).toMatchObject({ offerName: "Ten", issuedAt: new Date(NOON), expiresAt: new Date(NOON + 2 * DAY) });
  await expect(codesOf(store, "a{b")).rejects.toThrow("subscriberId: expected");
});

test("after a merge the next message shows the code of either profile", async () => {
  const store = memoryStore();
  await stock(store);
  const resolver = createResolver({ store, now: () => NOON });
  await resolver.resolve(message({ subscriberId: "ann2" }));
  expect((await resolver.peek(message({ id: "m2" }))).reason).toBe("first-code");
  expect(await mergeSubscribers(store, "ann2", "ann")).toEqual({ codes: 1, signUpOfferId: null });
  expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "A1", reason: "still-valid" });
});

test("a file of leaked codes is revoked, twice the same, and restored as far as nobody was given them", async () => {
  const store = memoryStore();
  await stock(store);
  await claim(store, "ann", "m1");
  const text = "code,note\nA1,x\nb2,x\nNOPE,x\ntwo words,x\n";
  expect(await revokeFile(store, file(text))).toEqual({
    statuses: { revoked: 2, "unknown-code": 1 },
    unknownAt: [{ line: 4, code: "NOPE" }],
    refused: 1,
    refusedAt: [{ line: 5, value: "two words", why: "a blank inside" }],
  });
  expect((await revokeFile(store, file(text))).statuses).toEqual({ "already-revoked": 2, "unknown-code": 1 });
  expect((await revokeFile(store, file(text), { restore: true })).statuses).toEqual({
    "given-out": 1,
    restored: 1,
    "unknown-code": 1,
  });
});

test("a revoked code stays out of another store", async () => {
  const [store, other] = [memoryStore(), memoryStore()];
  await stock(store);
  await claim(store, "ann", "m1");
  await claim(store, "ben", "m1");
  await store.revoke("A1");
  await other.saveOffer({ id: "welcome" });
  const source = streamSource(exportCodesCsv(store, "welcome"), "held.csv");
  expect(await importAssignments(other, "welcome", source)).toMatchObject({ added: 1, leftOut: { void: 1 } });
  expect(await other.findCode("A1")).toBeNull();
});
