// Both rule tables as a user sees them: messages go in, answers come out, over both stores, with and without a cache.
import {
  type Batch,
  createResolver,
  type Message,
  memoryStore,
  type OfferInput,
  type OfferStore,
  type Resolution,
  type UnixMs,
} from "offer-code";
import { describe, expect, test } from "vitest";
import { clockAt, DAY, HOUR, instant, message, NOON, stock } from "./fixtures.js";
import { useRedisStores } from "./store/redis-stores.js";

const stores = useRedisStores();

type Row = {
  row: string;
  offer?: Omit<OfferInput, "id">;
  uploads?: (Batch & { codes: string[] })[];
  /** Messages that were sent to the subscriber before, and codes redeemed then. */
  before?: { at?: UnixMs; message?: Partial<Message>; redeemed?: string }[];
  at?: UnixMs;
  message?: Partial<Message>;
  answer: Partial<Resolution>;
};

const NEVER = { window: { type: "never-expires" } } as const;
const TEN_DAYS = { window: { type: "time-to-live", amount: 10, unit: "day" } } as const;
const EACH_MESSAGE = { window: { type: "time-to-live", amount: 0, unit: "day" } } as const;
const MONTHLY = { window: { type: "custom-period" }, timeZone: "America/New_York" } as const;
const MONTHS = [
  { id: "nov", startsOn: "2026-11-01", endsOn: "2026-11-30", codes: ["NOV1", "NOV2"] },
  { id: "dec", startsOn: "2026-12-01", endsOn: "2026-12-31", codes: ["DEC1", "DEC2"] },
];
const END_OF_NOVEMBER = instant("2026-12-01T00:00:00-05:00");
const END_OF_DECEMBER = instant("2027-01-01T00:00:00-05:00");
const first = { message: { id: "m0" } };

const WINDOW_ROWS: Row[] = [
  {
    row: "holds no code of this offer: a first code",
    answer: { code: "A1", reason: "first-code", isNew: true, batch: "b1", issuedAt: new Date(NOON), expiresAt: null },
  },
  {
    row: "holds no code of an offer with a time to live: a first code and its end",
    offer: TEN_DAYS,
    answer: { code: "A1", reason: "first-code", expiresAt: new Date(NOON + 10 * DAY), daysLeft: 10 },
  },
  {
    row: "holds no code of an offer with custom periods: one of the open batch and its end",
    offer: MONTHLY,
    uploads: MONTHS,
    answer: { code: "NOV1", reason: "first-code", batch: "nov", expiresAt: new Date(END_OF_NOVEMBER), daysLeft: 28 },
  },
  {
    row: "holds one, redeemed: a new code",
    offer: NEVER,
    before: [first, { redeemed: "A1" }],
    answer: { code: "B2", reason: "redeemed", isNew: true, redeemed: false },
  },
  {
    row: "holds one, unredeemed, that never expires: the same code",
    offer: NEVER,
    before: [first],
    at: NOON + 999 * DAY,
    answer: {
      code: "A1",
      reason: "still-valid",
      isNew: false,
      issuedAt: new Date(NOON),
      expiresAt: null,
      daysLeft: null,
    },
  },
  {
    row: "holds one, unredeemed, younger than the time to live: the same code",
    offer: TEN_DAYS,
    before: [first],
    at: NOON + 10 * DAY - 1,
    answer: { code: "A1", reason: "still-valid", isNew: false, expiresAt: new Date(NOON + 10 * DAY), daysLeft: 1 },
  },
  {
    row: "holds one, unredeemed, as old as the time to live: a new code",
    offer: TEN_DAYS,
    before: [first],
    at: NOON + 10 * DAY,
    answer: { code: "B2", reason: "expired", isNew: true, expiresAt: new Date(NOON + 20 * DAY) },
  },
  {
    row: "holds one, unredeemed, older than the time to live: a new code",
    offer: TEN_DAYS,
    before: [first],
    at: NOON + 11 * DAY,
    answer: { code: "B2", reason: "expired", isNew: true },
  },
  {
    row: "holds one that another message claimed, time to live 0: a new code",
    offer: EACH_MESSAGE,
    before: [first],
    answer: { code: "B2", reason: "new-each-message", isNew: true, expiresAt: null, daysLeft: null },
  },
  {
    row: "holds one, redeemed, time to live 0: a new code, because it is redeemed",
    offer: EACH_MESSAGE,
    before: [first, { redeemed: "A1" }],
    answer: { code: "B2", reason: "redeemed", isNew: true },
  },
  {
    row: "holds one whose batch is open today: the same code",
    offer: MONTHLY,
    uploads: MONTHS,
    before: [first],
    at: END_OF_NOVEMBER - 1,
    answer: { code: "NOV1", reason: "still-valid", expiresAt: new Date(END_OF_NOVEMBER), daysLeft: 1 },
  },
  {
    row: "holds one whose batch has closed: a new code from an open batch",
    offer: MONTHLY,
    uploads: MONTHS,
    before: [first],
    at: END_OF_NOVEMBER,
    answer: { code: "DEC1", reason: "expired", batch: "dec", expiresAt: new Date(END_OF_DECEMBER), daysLeft: 31 },
  },
  {
    row: "holds one that this very message claimed: the same code, redeemed",
    before: [{ message: {} }, { redeemed: "A1" }],
    answer: { code: "A1", reason: "same-message", isNew: true, redeemed: true },
  },
  {
    row: "holds one that this very message claimed: the same code, expired",
    offer: TEN_DAYS,
    before: [{ message: {} }],
    at: NOON + 99 * DAY,
    answer: { code: "A1", reason: "same-message", expiresAt: new Date(NOON + 10 * DAY), daysLeft: 0 },
  },
  {
    row: "holds one that this very message claimed: the same code, with a time to live of 0",
    offer: EACH_MESSAGE,
    before: [{ message: {} }],
    answer: { code: "A1", reason: "same-message", isNew: true },
  },
  {
    row: "holds one that this very message claimed: the same code, when three others claimed in between",
    offer: EACH_MESSAGE,
    uploads: [{ id: "b1", codes: ["A1", "B2", "C3", "D4", "E5"] }],
    before: [{ message: { id: "m0" } }, { message: {} }, ...["m2", "m3", "m4"].map((id) => ({ message: { id } }))],
    answer: { code: "B2", reason: "same-message", isNew: true },
  },
  {
    row: "holds a code whose pool has nothing better to give: none",
    offer: TEN_DAYS,
    uploads: [{ id: "b1", codes: ["A1"] }],
    before: [first],
    at: NOON + 10 * DAY,
    answer: { code: null, reason: "pool-empty", isNew: false, batch: null, expiresAt: null },
  },
  {
    row: "comes when no batch is open: none",
    offer: MONTHLY,
    uploads: MONTHS,
    at: END_OF_DECEMBER,
    answer: { code: null, reason: "no-open-batch" },
  },
  {
    row: "names an offer that is not there: none",
    message: { offerId: "nowhere" },
    answer: { offerId: "nowhere", code: null, reason: "unknown-offer" },
  },
  {
    row: "holds a code of a window that was shortened: a new code",
    offer: { window: { type: "time-to-live", amount: 3, unit: "hour" } },
    before: [first],
    at: NOON + 3 * HOUR,
    answer: { code: "B2", reason: "expired" },
  },
];

const signUp = { offerId: "vip", signUpOfferId: "welcome" };
const SIGN_UP_ROWS: Row[] = [
  {
    row: "was never given a code of the sign-up offer: a first one",
    answer: { offerId: "welcome", code: "A1", reason: "sign-up-offer", isNew: true },
  },
  {
    row: "was given a code: the same, redeemed",
    before: [first, { redeemed: "A1" }],
    answer: { code: "A1", reason: "sign-up-offer", isNew: false, redeemed: true },
  },
  {
    row: "was given a code: the same, expired",
    offer: TEN_DAYS,
    before: [first],
    at: NOON + 99 * DAY,
    answer: { code: "A1", reason: "sign-up-offer", isNew: false, expiresAt: new Date(NOON + 10 * DAY), daysLeft: 0 },
  },
  {
    row: "was given many codes: the very first",
    offer: EACH_MESSAGE,
    uploads: [{ id: "b1", codes: ["A1", "B2", "C3", "D4", "E5", "F6", "G7"] }],
    before: ["m2", "m3", "m4", "m5", "m6", "m7"].map((id) => ({ message: { id } })),
    answer: { code: "A1", reason: "sign-up-offer", isNew: false },
  },
  {
    row: "was given the first code by such a message: the same with the next",
    before: [{ message: { id: "m0", type: "auto-response", ...signUp } }],
    answer: { code: "A1", reason: "sign-up-offer", isNew: false },
  },
  {
    row: "asks again for the same message: the same",
    before: [{ message: { ...signUp, type: "auto-response" } }],
    answer: { code: "A1", reason: "sign-up-offer" },
  },
  {
    row: "comes when the pool is empty: none",
    uploads: [{ id: "b1", codes: [] }],
    answer: { offerId: "welcome", code: null, reason: "pool-empty" },
  },
];

const KINDS: [string, () => OfferStore][] = [
  ["memoryStore", memoryStore],
  ["redisStore", stores.make],
];

async function answerTo(row: Row, store: OfferStore, cache: false | object, asked: Partial<Message>) {
  const clock = clockAt();
  const resolver = createResolver({ store, cache, now: clock.now });
  await stock(store, row.offer, row.uploads);
  for (const { at = NOON, message: sent, redeemed } of row.before ?? []) {
    clock.at = at;
    if (sent) await resolver.resolve(message(sent));
    if (redeemed) await resolver.redeem(redeemed);
  }
  clock.at = row.at ?? NOON;
  const answer = await resolver.resolve(message({ ...asked, ...row.message }));
  await resolver.close();
  return answer;
}

describe.each(KINDS)("%s", (_, makeStore) => {
  describe.each(["campaign", "journey"] as const)("a %s message to a subscriber who", (type) => {
    test.each(WINDOW_ROWS.map((row) => [row.row, row] as const))("%s", async (_, row) => {
      for (const [cache, channel] of [
        [false, "email"],
        [{}, "sms"],
      ] as const) {
        expect(await answerTo(row, makeStore(), cache, { type, channel })).toMatchObject(row.answer);
      }
    });
  });

  describe.each(["auto-response", "already-subscribed"] as const)("an %s message to a subscriber who", (type) => {
    test.each(SIGN_UP_ROWS.map((row) => [row.row, row] as const))("%s", async (_, row) => {
      for (const [cache, channel] of [
        [false, "sms"],
        [{}, "email"],
      ] as const) {
        expect(await answerTo(row, makeStore(), cache, { ...signUp, type, channel })).toMatchObject(row.answer);
      }
    });

    test("has no known sign-up offer: none, whatever offer the message names", async () => {
      const answer = await answerTo({ row: "", answer: {} }, makeStore(), {}, { type, offerId: "welcome" });
      expect(answer).toMatchObject({ offerId: "welcome", code: null, reason: "no-sign-up-offer" });
    });
  });
});
