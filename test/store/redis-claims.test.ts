import { createResolver, importCodes, type Message } from "offer-code";
import { expect, test } from "vitest";
import { useRedisStores } from "./redis-stores.js";

const stores = useRedisStores();

function messagesTo(many: number): Message[] {
  return Array.from({ length: many }, (_, n) => ({
    id: `m${n}`,
    type: "campaign",
    subscriberId: `sub${n}`,
    offerId: "welcome",
  }));
}

function codes(start: string, many: number): string[] {
  return Array.from({ length: many }, (_, n) => `${start}${n}`);
}

test("the claims of a long list go out while its messages are still being looked at", async () => {
  const store = stores.make();
  await store.saveOffer({ id: "welcome" });
  await importCodes(store, "welcome", codes("A", 1001), { batch: "one" });
  const resolver = createResolver({ store });
  await resolver.resolve({ id: "m", type: "campaign", subscriberId: "first", offerId: "welcome" });
  const waiting = () => stores.client.commandQueue.length;
  expect(waiting()).toBe(0);
  const answers = resolver.resolveMany(messagesTo(1000));
  expect(waiting()).toBe(4);
  expect((await answers).map(({ code }) => code)).toEqual(codes("A", 1001).slice(1));
  await resolver.close();
});

test("codes that one call draws from several batches are told with their own", async () => {
  const store = stores.make();
  await store.saveOffer({ id: "welcome" });
  await importCodes(store, "welcome", codes("A", 3), { batch: "one" });
  await importCodes(store, "welcome", codes("B", 2), { batch: "two" });
  await importCodes(store, "welcome", codes("C", 2), { batch: "three" });
  const resolver = createResolver({ store });
  const answers = await resolver.resolveMany(messagesTo(8));
  expect(answers.map(({ code, batch, reason }) => [code, batch, reason])).toEqual([
    ...["A0", "A1", "A2"].map((code) => [code, "one", "first-code"]),
    ...["B0", "B1"].map((code) => [code, "two", "first-code"]),
    ...["C0", "C1"].map((code) => [code, "three", "first-code"]),
    [null, null, "pool-empty"],
  ]);
  expect((await store.counts("welcome"))?.map(({ givenOut }) => givenOut)).toEqual([3, 2, 2]);
  await resolver.close();
});
