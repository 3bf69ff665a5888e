import type { OfferStore } from "offer-code";
import { redisStore } from "offer-code/redis";
import { expect, test } from "vitest";
import { codeList, message, stock } from "../fixtures.js";
import { useRedisStores } from "../store/redis-stores.js";
import { type Answer, type Ask, race } from "./race.js";

const PROCESSES = 8;
/** Far more than a race takes: a slow machine is no fault. */
const TIMEOUT = 120_000;
const stores = useRedisStores();

/** Runs the race over an offer with `codes` codes; `asksOf` returns the messages of the process of this number. */
async function run(codes: number, offer: object, asksOf: (process: number) => Ask[]) {
  const prefix = stores.prefix();
  const store = redisStore(stores.client, { prefix });
  await stock(store, offer, [{ id: "b1", codes: codeList("C", codes) }]);
  const lists = Array.from({ length: PROCESSES }, (_, process) => asksOf(process));
  return { store, answers: await race(stores.server.url, prefix, lists, ["ioredis", "node-redis", "iovalkey"]) };
}

function bySubscriber(answers: readonly Answer[]): Map<string, Answer[]> {
  const grouped = new Map<string, Answer[]>();
  for (const answer of answers) {
    const known = grouped.get(answer.subscriberId);
    if (known === undefined) grouped.set(answer.subscriberId, [answer]);
    else known.push(answer);
  }
  return grouped;
}

const codesOf = (answers: readonly Answer[]) => answers.flatMap(({ code }) => (code === null ? [] : [code]));
const counts = async (store: OfferStore) => (await store.counts("welcome"))?.[0];

test("8 processes hand out 5,000 codes to 20,000 subscribers, each asked for three times at once: one code each", {
  timeout: TIMEOUT,
}, async () => {
  const subscribers = codeList("s", 20_000);
  // Three of the processes resolve for each subscriber: two of them one message, the third another.
  const { store, answers } = await run(5000, {}, (process) =>
    subscribers.flatMap((subscriberId, at) => {
      const turn = [0, 3, 5].map((step) => (at + step) % PROCESSES).indexOf(process);
      return turn < 0 ? [] : [message({ id: turn === 2 ? "m2" : "m1", subscriberId })];
    }),
  );
  expect(answers).toHaveLength(60_000);
  const winners: string[] = [];
  const reasons = new Set<string>();
  for (const asked of bySubscriber(answers).values()) {
    expect(asked).toHaveLength(3);
    const [code] = asked.map((answer) => answer.code);
    expect(asked.every((answer) => answer.code === code)).toBe(true);
    if (typeof code === "string") winners.push(code);
    else for (const { reason } of asked) reasons.add(reason);
  }
  expect(winners).toHaveLength(5000);
  expect(new Set(winners)).toEqual(new Set(codeList("C", 5000)));
  expect(reasons).toEqual(new Set(["pool-empty"]));
  expect(await counts(store)).toMatchObject({ inPool: 0, givenOut: 5000, redeemed: 0 });
});

test("parts of one message that 8 processes render at once share one code, with a time to live of 0", {
  timeout: TIMEOUT,
}, async () => {
  const subscribers = codeList("s", 1000);
  const window = { type: "time-to-live", amount: 0, unit: "day" };
  const { store, answers } = await run(8000, { window }, () =>
    subscribers.map((subscriberId) => message({ subscriberId })),
  );
  for (const parts of bySubscriber(answers).values()) expect(new Set(codesOf(parts)).size).toBe(1);
  expect(new Set(codesOf(answers)).size).toBe(1000);
  expect(await counts(store)).toMatchObject({ inPool: 7000, givenOut: 1000 });
});

test("each message to a subscriber gets its own code when the time to live is 0, whichever process sends it", {
  timeout: TIMEOUT,
}, async () => {
  const subscribers = codeList("s", 200);
  const window = { type: "time-to-live", amount: 0, unit: "day" };
  const { store, answers } = await run(1600, { window }, (process) =>
    subscribers.map((subscriberId) => message({ id: `m${process}`, subscriberId })),
  );
  expect(new Set(codesOf(answers)).size).toBe(1600);
  expect(await counts(store)).toMatchObject({ inPool: 0, givenOut: 1600 });
});

test("codes that some give back while others claim have one holder in the end, and none is lost", {
  timeout: TIMEOUT,
}, async () => {
  const { store, answers } = await run(4000, {}, (process) =>
    codeList(`p${process}-`, 1000).map((subscriberId, at) => message({ subscriberId, release: at % 2 === 0 } as Ask)),
  );
  const kept = answers.filter(({ isReleased }) => !isReleased);
  const keptCodes = codesOf(kept);
  expect(new Set(keptCodes).size).toBe(keptCodes.length);
  expect(await counts(store)).toMatchObject({ inPool: 4000 - keptCodes.length, givenOut: keptCodes.length });
  const holdings = await store.holdings(
    "welcome",
    kept.map(({ subscriberId }) => subscriberId),
  );
  expect(holdings.map((holding) => holding?.[0].code ?? null)).toEqual(kept.map(({ code }) => code));
});
