import { createResolver, memoryStore } from "offer-code";
import { allOfferStats, offerStats } from "offer-code/operations";
import { expect, test } from "vitest";
import { codeList, DAY, message, NOON, stock } from "../fixtures.js";
import { claim } from "../store/contract/tools.js";

/** A store whose offer gave out so many codes, so many days before noon. */
async function given(codes: number, ...daysAgo: number[]) {
  const store = memoryStore();
  await stock(store, { lowStock: 8 }, [{ id: "b1", codes: codeList("C", codes) }]);
  for (const [place, days] of daysAgo.entries()) await claim(store, `s${place}`, "m1", { now: NOON - days * DAY });
  return store;
}

test("the rate is that of the last seven days", async () => {
  const store = await given(30, 20, 8, 7, 6, 6, 6, 1, 0, 0, 0);
  const stats = await offerStats(store, "welcome", { at: NOON });
  expect(stats).toMatchObject({ available: 20, inPool: 20, givenOut: 10, perDay: 1, daysLeft: 20, isLow: false });
});

test("the rate is taken from the first of these days that gave any", async () => {
  const stats = await offerStats(await given(20, 1, 1, 0, 0), "welcome", { at: NOON });
  expect(stats).toMatchObject({ perDay: 2, daysLeft: 8 });
});

test("nobody knows how long the codes last while none is given out", async () => {
  const stats = await offerStats(await given(20, 9, 10), "welcome", { at: NOON });
  expect(stats).toMatchObject({ perDay: 0, daysLeft: null });
});

test("the stock is low below its level", async () => {
  expect((await offerStats(await given(9, 0), "welcome", { at: NOON })).isLow).toBe(false);
  expect((await offerStats(await given(8, 0), "welcome", { at: NOON })).isLow).toBe(true);
});

test("only codes of open batches are available", async () => {
  const store = memoryStore();
  await stock(store, { window: { type: "custom-period" }, timeZone: "America/New_York" }, [
    { id: "over", codes: ["A1"], endsOn: "2026-11-02" },
    { id: "open", codes: ["B1", "B2"], startsOn: "2026-11-03", endsOn: "2026-11-03" },
    { id: "later", codes: ["C1"], startsOn: "2026-11-04" },
  ]);
  const { available, inPool, batches } = await offerStats(store, "welcome", { at: NOON });
  expect([available, inPool, batches.map(({ state }) => state)]).toEqual([2, 4, ["over", "open", "not-yet"]]);
  const early = await offerStats(store, "welcome", { at: new Date("2026-11-03T04:59:59Z") });
  expect(early.batches.map(({ state }) => state)).toEqual(["open", "not-yet", "not-yet"]);
});

test("what a resolver gives out is counted", async () => {
  const store = await given(20);
  const resolver = createResolver({ store, now: () => NOON });
  await resolver.resolveMany(["a", "b", "c"].map((id) => message({ id, subscriberId: id })));
  await store.release("welcome", "c", "c");
  expect(await offerStats(store, "welcome", { at: NOON })).toMatchObject({ givenOut: 2, perDay: 2 });
  await resolver.close();
});

test("all offers are listed by their id, and an unknown one is refused", async () => {
  const store = await given(9);
  await store.saveOffer({ id: "vip" });
  expect((await allOfferStats(store, { at: new Date(NOON) })).map(({ offer, inPool }) => [offer.id, inPool])).toEqual([
    ["vip", 0],
    ["welcome", 9],
  ]);
  await expect(offerStats(store, "nowhere", { at: NOON })).rejects.toThrow("offerId: expected the id of a saved offer");
});

test("of several levels the lowest that the stock is below is told", async () => {
  const store = memoryStore();
  await stock(store, { lowStock: [2, 10, 5] }, [{ id: "b1", codes: codeList("C", 9) }]);
  expect(await offerStats(store, "welcome", { at: NOON })).toMatchObject({ isLow: true, lowLevel: 10 });
  for (const id of codeList("s", 5)) await claim(store, id, "m1");
  expect(await offerStats(store, "welcome", { at: NOON })).toMatchObject({ available: 4, lowLevel: 5 });
});
