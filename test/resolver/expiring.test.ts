import { createResolver, memoryStore, type OfferInput, type OfferStore } from "offer-code";
import { describe, expect, test } from "vitest";
import { clockAt, DAY, HOUR, message, NOON, stock } from "../fixtures.js";
import { useRedisStores } from "../store/redis-stores.js";

const stores = useRedisStores();
const TEN_DAYS: Partial<OfferInput> = { window: { type: "time-to-live", amount: 10, unit: "day" } };

describe.each([
  ["memoryStore", () => memoryStore()],
  ["redisStore", () => stores.make()],
])("codes near their end, in a %s", (_name, make: () => OfferStore) => {
  async function world(offer: Partial<OfferInput>, uploads?: Parameters<typeof stock>[2]) {
    const store = make();
    await stock(store, offer, uploads);
    const clock = clockAt();
    const resolver = createResolver({ store, cache: false, now: clock.now });
    const ending = async (within: number) => listOf(resolver.expiringSoon("welcome", within));
    const send = (id: string, subscriberId: string) => resolver.resolve(message({ id, subscriberId }));
    return { resolver, clock, ending, send };
  }

  test("are those that end after now and within the time asked for", async () => {
    const { clock, ending, send } = await world(TEN_DAYS);
    await send("m1", "ann");
    clock.at += 5 * DAY;
    await send("m2", "bob");
    clock.at = NOON + 9 * DAY;
    expect(await ending(DAY - 1)).toEqual([]);
    expect(await ending(DAY)).toEqual([
      {
        subscriberId: "ann",
        code: "A1",
        batch: "b1",
        issuedAt: new Date(NOON),
        expiresAt: new Date(NOON + 10 * DAY),
        daysLeft: 1,
      },
    ]);
    expect((await ending(6 * DAY)).map(({ subscriberId }) => subscriberId)).toEqual(["ann", "bob"]);
    clock.at = NOON + 10 * DAY;
    expect((await ending(10 * DAY)).map(({ subscriberId }) => subscriberId)).toEqual(["bob"]);
  });

  test("leave out what is redeemed, forgotten or followed by a newer code", async () => {
    const { resolver, clock, ending, send } = await world(TEN_DAYS, [{ id: "b1", codes: ["A", "B", "C", "D", "E"] }]);
    for (const who of ["ann", "bob", "cid"]) await send(`m-${who}`, who);
    await resolver.redeem("A");
    await resolver.release(message({ id: "m-bob", subscriberId: "bob" }));
    clock.at += DAY;
    await send("m-again", "ann");
    clock.at = NOON + 9 * DAY;
    expect((await ending(2 * DAY)).map(({ subscriberId, code }) => [subscriberId, code])).toEqual([
      ["ann", "B"],
      ["cid", "C"],
    ]);
  });

  test("end with their batch under a custom period", async () => {
    const { ending, send } = await world({ window: { type: "custom-period" } }, [
      { id: "november", endsOn: "2026-11-04", codes: ["A"] },
      { id: "always", codes: ["B"] },
    ]);
    await send("m1", "ann");
    await send("m2", "bob");
    expect(await ending(35 * HOUR)).toEqual([]);
    expect((await ending(36 * HOUR)).map(({ code }) => code)).toEqual(["A"]);
  });

  test("are none where codes never end", async () => {
    const { ending, send } = await world({});
    await send("m1", "ann");
    expect(await ending(1e12)).toEqual([]);
  });

  test("refuse an unknown offer and a time that is none", async () => {
    const { resolver, ending } = await world({});
    await expect(ending(-1)).rejects.toThrow("within: expected milliseconds, 0 or more, but got: -1");
    await expect(listOf(resolver.expiringSoon("nothing", 1))).rejects.toThrow("offerId: expected");
  });
});

async function listOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
