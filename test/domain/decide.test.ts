import type { Holding, MessageType, OfferInput } from "offer-code";
import { describe, expect, test } from "vitest";
import { reusable } from "../../src/domain/decide.js";
import { decide } from "../../src/internal.js";
import { DAY, HOUR, held, instant, NOON, stateOf } from "../fixtures.js";

const WINDOWED: MessageType[] = ["campaign", "journey"];
const SIGN_UP: MessageType[] = ["auto-response", "already-subscribed"];
const NEVER = stateOf({ window: { type: "never-expires" } });
const TEN_DAYS = stateOf({ window: { type: "time-to-live", amount: 10, unit: "day" } });
const EACH_MESSAGE = stateOf({ window: { type: "time-to-live", amount: 0, unit: "day" } });
const MONTHLY = stateOf({ window: { type: "custom-period" } }, [
  { id: "oct", startsOn: "2026-10-01", endsOn: "2026-10-31" },
  { id: "nov", startsOn: "2026-11-01", endsOn: "2026-11-30" },
  { id: "dec", startsOn: "2026-12-01", endsOn: "2026-12-31" },
]);
const ALL_WINDOWS = [NEVER, TEN_DAYS, EACH_MESSAGE, MONTHLY];

const [october, november] = [held({ code: "OCT", batch: 0 }), held({ code: "NOV", batch: 1 })];
const redeemed = held({ redeemedAt: NOON + HOUR });
const later = (by: number) => NOON + by;

describe.each(WINDOWED)("a %s message", (type) => {
  const next = { id: "m1", type };
  const own = { id: "m0", type };

  test("gives a first code to who holds none, under every window", () => {
    for (const state of ALL_WINDOWS) {
      expect(decide(state, null, next, NOON)).toMatchObject({ action: "claim", reason: "first-code" });
    }
  });

  test("gives a new code to who redeemed the last one, under every window", () => {
    for (const state of ALL_WINDOWS) {
      expect(decide(state, [redeemed], next, later(DAY))).toMatchObject({ action: "claim", reason: "redeemed" });
    }
  });

  test("gives a new code to who holds a revoked one, under every window, to the message that claimed it as well", () => {
    for (const state of ALL_WINDOWS) {
      for (const revoked of [held({ revoked: true }), held({ revoked: true, redeemedAt: NOON })]) {
        for (const each of [next, own]) {
          expect(decide(state, [revoked], each, NOON)).toMatchObject({ action: "claim", reason: "revoked" });
        }
      }
    }
    const replaced: Holding = [held({ code: "B2" }), held({ revoked: true })];
    expect(decide(NEVER, replaced, own, NOON)).toMatchObject({ held: { code: "B2" }, reason: "same-message" });
    expect(decide(NEVER, replaced, next, NOON)).toMatchObject({ held: { code: "B2" }, reason: "still-valid" });
  });

  test("keeps an unredeemed code that never expires, a hundred years later too", () => {
    for (const now of [NOON, later(36_500 * DAY)]) {
      expect(decide(NEVER, [held()], next, now)).toEqual({ action: "keep", held: held(), reason: "still-valid" });
    }
  });

  test("keeps a code younger than its time to live, and gives a new one from the very instant it ends", () => {
    const kept = { action: "keep", held: held(), reason: "still-valid" };
    expect(decide(TEN_DAYS, [held()], next, NOON)).toEqual(kept);
    expect(decide(TEN_DAYS, [held()], next, later(10 * DAY - 1))).toEqual(kept);
    const expired = { action: "claim", reason: "expired", from: [0] };
    expect(decide(TEN_DAYS, [held()], next, later(10 * DAY))).toEqual(expired);
    expect(decide(TEN_DAYS, [held()], next, later(10 * DAY + 1))).toEqual(expired);
  });

  test("gives a new code with each message when the time to live is 0, in whatever unit", () => {
    for (const unit of ["hour", "day", "week", "month"] as const) {
      const state = stateOf({ window: { type: "time-to-live", amount: 0, unit } });
      expect(decide(state, [held()], next, NOON)).toEqual({ action: "claim", reason: "new-each-message", from: [0] });
    }
  });

  test("keeps a code whose batch is open, and draws from the open batch when it has closed", () => {
    expect(decide(MONTHLY, [november], next, NOON)).toEqual({ action: "keep", held: november, reason: "still-valid" });
    expect(decide(MONTHLY, [october], next, NOON)).toEqual({ action: "claim", reason: "expired", from: [1] });
  });

  test("shows the code that this very message claimed, whatever became of it", () => {
    const long = later(10_000 * DAY);
    for (const state of ALL_WINDOWS) {
      for (const mine of [held(), redeemed, october]) {
        expect(decide(state, [mine], own, long)).toEqual({ action: "keep", held: mine, reason: "same-message" });
      }
    }
  });

  test("shows its own code also when others claimed in between, and then none of theirs", () => {
    const holding: Holding = [held({ code: "Z9", messageId: "m9" }), held({ code: "Y8", messageId: "m8" }), redeemed];
    expect(decide(EACH_MESSAGE, holding, own, NOON)).toEqual({
      action: "keep",
      held: redeemed,
      reason: "same-message",
    });
    expect(decide(NEVER, holding, { id: "m8", type }, NOON)).toMatchObject({ held: { code: "Y8" } });
  });

  test("judges by the newest code held, not by older ones", () => {
    const [valid, old] = [held({ code: "NEW", messageId: "m9" }), held({ code: "OLD", redeemedAt: NOON })];
    expect(decide(NEVER, [valid, old], next, NOON)).toMatchObject({ action: "keep", held: { code: "NEW" } });
    const used = { ...valid, redeemedAt: NOON };
    expect(decide(NEVER, [used, held()], next, NOON)).toMatchObject({ action: "claim", reason: "redeemed" });
  });

  test("says redeemed before expired, and before a new code with each message", () => {
    const old = held({ redeemedAt: NOON });
    expect(decide(TEN_DAYS, [old], next, later(11 * DAY))).toMatchObject({ reason: "redeemed" });
    expect(decide(EACH_MESSAGE, [old], next, NOON)).toMatchObject({ reason: "redeemed" });
    expect(decide(MONTHLY, [{ ...october, redeemedAt: NOON }], next, NOON)).toMatchObject({ reason: "redeemed" });
  });

  test("is unavailable while no batch is there or open, and says what it wanted", () => {
    const nothing = stateOf({}, []);
    const unavailable = { action: "unavailable", reason: "pool-empty", wanted: "first-code" };
    expect(decide(nothing, null, next, NOON)).toEqual(unavailable);
    const january = instant("2027-01-15T12:00:00Z");
    expect(decide(MONTHLY, [november], next, january)).toEqual({
      action: "unavailable",
      reason: "no-open-batch",
      wanted: "expired",
    });
    expect(decide(stateOf({ window: { type: "custom-period" } }, []), null, next, NOON)).toMatchObject({
      reason: "no-open-batch",
    });
  });
});

describe.each(SIGN_UP)("an %s message", (type) => {
  const next = { id: "m1", type };
  const first = held({ code: "FIRST" });

  test("shows the first code of the sign-up offer, redeemed or expired or not, under every window", () => {
    const firsts = [first, { ...first, redeemedAt: NOON }, { ...first, batch: 0, issuedAt: NOON - 9999 * DAY }];
    for (const state of ALL_WINDOWS) {
      for (const each of firsts) {
        const holding: Holding = [held({ code: "NEWER", messageId: "m9" }), each];
        expect(decide(state, holding, next, later(5000 * DAY))).toEqual({
          action: "keep",
          held: each,
          reason: "sign-up-offer",
        });
      }
    }
  });

  test("shows the first code even where it claimed a later one itself", () => {
    const holding: Holding = [held({ code: "OWN", messageId: "m1" }), first];
    expect(decide(EACH_MESSAGE, holding, next, NOON)).toMatchObject({ held: first, reason: "sign-up-offer" });
  });

  test("claims a first code where there is none, from the batches that are open", () => {
    expect(decide(NEVER, null, next, NOON)).toEqual({ action: "claim", reason: "sign-up-offer", from: [0] });
    expect(decide(MONTHLY, null, next, NOON)).toEqual({ action: "claim", reason: "sign-up-offer", from: [1] });
    expect(decide(MONTHLY, null, next, instant("2027-02-01T00:00:00Z"))).toEqual({
      action: "unavailable",
      reason: "no-open-batch",
      wanted: "sign-up-offer",
    });
  });
});

test("the kind of an offer makes no difference", () => {
  for (const kind of ["unique", "integrated"] satisfies OfferInput["kind"][]) {
    const state = { ...TEN_DAYS, offer: { ...TEN_DAYS.offer, kind } };
    expect(decide(state, [held()], { id: "m1", type: "campaign" }, later(10 * DAY))).toMatchObject({
      reason: "expired",
    });
  }
});

test("a message may keep the latest code, the first of a sign-up offer, or none where each message gets its own", () => {
  const rows = [NEVER, EACH_MESSAGE].map((state) => [...WINDOWED, ...SIGN_UP].map((type) => reusable(state, type)));
  expect(rows).toEqual([
    ["latest", "latest", "first", "first"],
    [null, null, "first", "first"],
  ]);
});

test.each(SIGN_UP)("a %s message shows the first code that is not revoked, and claims one where all are", (type) => {
  const sent = { id: "m1", type };
  const first = held({ revoked: true });
  const second = held({ code: "B2", messageId: "m2", redeemedAt: NOON });
  const holding: Holding = [held({ code: "C3", messageId: "m3" }), second, first];
  expect(decide(NEVER, holding, sent, NOON)).toEqual({ action: "keep", held: second, reason: "sign-up-offer" });
  expect(decide(NEVER, [first], sent, NOON)).toMatchObject({ action: "claim", reason: "sign-up-offer" });
});
