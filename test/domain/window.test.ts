import type { Batch, DistributionWindow } from "offer-code";
import { describe, expect, test } from "vitest";
import { decide } from "../../src/domain/decide.js";
import { parseOffer } from "../../src/domain/offer.js";
import { batchPeriod, drawOrder, expiryOf, isInsideWindow } from "../../src/domain/window.js";
import { DAY, HOUR, held, instant, NOON, stateOf } from "../fixtures.js";

const NEW_YORK = "America/New_York";

function endOf(amount: number, unit: "hour" | "day" | "week" | "month", issued: string, timeZone = "UTC"): string {
  const state = stateOf({ window: { type: "time-to-live", amount, unit }, timeZone });
  return new Date(expiryOf(state, held({ issuedAt: instant(issued) }))).toISOString();
}

describe("a time to live", () => {
  test("ends at its very instant: a millisecond before, the code is inside", () => {
    const state = stateOf({ window: { type: "time-to-live", amount: 2, unit: "hour" } });
    const end = NOON + 2 * HOUR;
    expect([end - 1, end, end + 1].map((now) => isInsideWindow(state, held(), now))).toEqual([true, false, false]);
  });

  test("of 0 has ended when it begins", () => {
    const state = stateOf({ window: { type: "time-to-live", amount: 0, unit: "month" } });
    expect(isInsideWindow(state, held(), NOON)).toBe(false);
  });

  test.each([
    [1, "2026-01-31T09:30:00Z", "2026-02-28T09:30:00.000Z"],
    [1, "2028-01-31T09:30:00Z", "2028-02-29T09:30:00.000Z"],
    [2, "2026-01-31T09:30:00Z", "2026-03-31T09:30:00.000Z"],
    [1, "2026-03-31T00:00:00Z", "2026-04-30T00:00:00.000Z"],
    [12, "2028-02-29T23:59:59Z", "2029-02-28T23:59:59.000Z"],
  ])("of %i months counts calendar months, to the last day of a shorter one: %s", (amount, issued, end) => {
    expect(endOf(amount, "month", issued)).toBe(end);
  });

  test("of hours is exact across both changes of clocks, of days keeps the time of day", () => {
    const spring = "2026-03-07T12:00:00-05:00";
    expect(endOf(24, "hour", spring, NEW_YORK)).toBe("2026-03-08T17:00:00.000Z");
    expect(endOf(1, "day", spring, NEW_YORK)).toBe("2026-03-08T16:00:00.000Z");
    const autumn = "2026-10-31T12:00:00-04:00";
    expect(endOf(24, "hour", autumn, NEW_YORK)).toBe("2026-11-01T16:00:00.000Z");
    expect(endOf(1, "day", autumn, NEW_YORK)).toBe("2026-11-01T17:00:00.000Z");
    expect(endOf(1, "week", autumn, NEW_YORK)).toBe("2026-11-07T17:00:00.000Z");
    expect(endOf(1, "month", autumn, NEW_YORK)).toBe("2026-11-30T17:00:00.000Z");
  });

  test("that ends at an hour which the clock leaves out ends an hour later", () => {
    expect(endOf(1, "day", "2026-03-07T02:30:00-05:00", NEW_YORK)).toBe("2026-03-08T07:30:00.000Z");
  });

  test("counts days in the offer's time zone, not in UTC", () => {
    const issued = "2026-01-31T22:00:00-05:00";
    expect(endOf(1, "month", issued, NEW_YORK)).toBe("2026-03-01T03:00:00.000Z");
    expect(endOf(1, "month", issued, "UTC")).toBe("2026-03-01T03:00:00.000Z");
    expect(endOf(1, "month", "2026-03-31T02:00:00Z", NEW_YORK)).toBe("2026-05-01T02:00:00.000Z");
    expect(endOf(1, "month", "2026-03-31T02:00:00Z", "UTC")).toBe("2026-04-30T02:00:00.000Z");
  });

  test("of the greatest amount is still an instant", () => {
    expect(endOf(100_000, "month", "2026-01-01T00:00:00Z")).toBe("+010359-05-01T00:00:00.000Z");
  });
});

describe("the days of a batch in New York", () => {
  const inside = (batch: Batch, text: string) => {
    const state = stateOf({ window: { type: "custom-period" }, timeZone: NEW_YORK }, [batch]);
    const now = instant(text);
    expect(drawOrder(state, now)).toEqual(isInsideWindow(state, held(), now) ? [0] : []);
    return isInsideWindow(state, held(), now);
  };

  test("run from the first minute of the first day through the last minute of the last", () => {
    const november = { id: "nov", startsOn: "2026-11-02", endsOn: "2026-11-30" };
    expect(inside(november, "2026-11-01T23:59:59.999-05:00")).toBe(false);
    expect(inside(november, "2026-11-02T00:00:00-05:00")).toBe(true);
    expect(inside(november, "2026-11-30T23:59:59.999-05:00")).toBe(true);
    expect(inside(november, "2026-12-01T00:00:00-05:00")).toBe(false);
  });

  test("may begin in summer time and end in winter time", () => {
    const across = { id: "x", startsOn: "2026-10-31", endsOn: "2026-11-01" };
    expect(inside(across, "2026-10-30T23:59:59.999-04:00")).toBe(false);
    expect(inside(across, "2026-10-31T00:00:00-04:00")).toBe(true);
    expect(inside(across, "2026-11-01T23:59:59.999-05:00")).toBe(true);
    expect(inside(across, "2026-11-02T00:00:00-05:00")).toBe(false);
    const { opensAt, closesAt } = batchPeriod(across, NEW_YORK);
    expect(closesAt - opensAt).toBe(49 * HOUR);
  });

  test("may begin in winter time and end in summer time", () => {
    const across = { id: "x", startsOn: "2026-03-07", endsOn: "2026-03-08" };
    expect(inside(across, "2026-03-06T23:59:59.999-05:00")).toBe(false);
    expect(inside(across, "2026-03-07T00:00:00-05:00")).toBe(true);
    expect(inside(across, "2026-03-08T23:59:59.999-04:00")).toBe(true);
    expect(inside(across, "2026-03-09T00:00:00-04:00")).toBe(false);
    const { opensAt, closesAt } = batchPeriod(across, NEW_YORK);
    expect(closesAt - opensAt).toBe(47 * HOUR);
  });

  test("may be one day", () => {
    const friday = { id: "bf", startsOn: "2026-11-27", endsOn: "2026-11-27" };
    const { opensAt, closesAt } = batchPeriod(friday, NEW_YORK);
    expect([opensAt, closesAt]).toEqual([instant("2026-11-27T05:00:00Z"), instant("2026-11-28T05:00:00Z")]);
  });

  test("leave a side open where they have no day", () => {
    expect(inside({ id: "from", startsOn: "2026-11-02" }, "2026-11-01T23:59:59.999-05:00")).toBe(false);
    expect(inside({ id: "from", startsOn: "2026-11-02" }, "2126-11-02T00:00:00-05:00")).toBe(true);
    expect(inside({ id: "to", endsOn: "2026-11-30" }, "1996-11-30T00:00:00-05:00")).toBe(true);
    expect(inside({ id: "to", endsOn: "2026-11-30" }, "2026-12-01T00:00:00-05:00")).toBe(false);
    expect(inside({ id: "always" }, "2126-11-02T00:00:00-05:00")).toBe(true);
  });
});

test("a day that begins at 1 o'clock, because the clock leaves out midnight, opens its batch then", () => {
  const { opensAt } = batchPeriod({ id: "x", startsOn: "2018-11-04" }, "America/Sao_Paulo");
  expect(new Date(opensAt).toISOString()).toBe("2018-11-04T03:00:00.000Z");
});

describe("which batches codes are drawn from", () => {
  const batches: Batch[] = [
    { id: "open end", startsOn: "2026-11-01" },
    { id: "late", startsOn: "2026-11-01", endsOn: "2026-11-30" },
    { id: "soon", startsOn: "2026-10-01", endsOn: "2026-11-05" },
    { id: "closed", endsOn: "2026-11-02" },
    { id: "soon too", endsOn: "2026-11-05" },
    { id: "not yet", startsOn: "2026-11-04", endsOn: "2026-11-04" },
  ];
  const order = (window: DistributionWindow, now = NOON) =>
    drawOrder(stateOf({ window }, batches), now).map((place) => batches[place]!.id);

  test("under a custom period the open ones: the soonest to close first, then in the order of upload", () => {
    expect(order({ type: "custom-period" })).toEqual(["soon", "soon too", "late", "open end"]);
    expect(order({ type: "custom-period" }, NOON + DAY)).toEqual(["not yet", "soon", "soon too", "late", "open end"]);
  });

  test("under the other windows all, in the order of upload, whatever their days", () => {
    const all = batches.map(({ id }) => id);
    expect(order({ type: "never-expires" })).toEqual(all);
    expect(order({ type: "time-to-live", amount: 1, unit: "hour" })).toEqual(all);
  });
});

describe("a window changed after the code was issued", () => {
  const batches: Batch[] = [{ id: "oct", endsOn: "2026-10-31" }];
  const now = NOON + 20 * DAY;
  const insideUnder = (window: DistributionWindow, timeZone = "UTC") =>
    isInsideWindow(stateOf({ window, timeZone }, batches), held(), now);

  test("applies at once, from the instant of issue", () => {
    expect(insideUnder({ type: "time-to-live", amount: 30, unit: "day" })).toBe(true);
    expect(insideUnder({ type: "time-to-live", amount: 10, unit: "day" })).toBe(false);
    expect(insideUnder({ type: "time-to-live", amount: 0, unit: "day" })).toBe(false);
    expect(insideUnder({ type: "custom-period" })).toBe(false);
    expect(insideUnder({ type: "never-expires" })).toBe(true);
  });
});

test("a code of a batch that this process has not heard of is outside a custom period", () => {
  const state = stateOf({ window: { type: "custom-period" } }, [{ id: "b0" }]);
  expect(isInsideWindow(state, held({ batch: 1 }), NOON)).toBe(false);
  expect(isInsideWindow(state, held({ batch: 0 }), NOON)).toBe(true);
});

describe("a lead time", () => {
  const november: Batch = { id: "nov", startsOn: "2026-11-01", endsOn: "2026-11-30" };
  const stateWith = (amount: number, unit: "hour" | "day" | "week", timeZone = "UTC") =>
    stateOf({ window: { type: "custom-period", stopBefore: { amount, unit } }, timeZone }, [november]);

  test("ends new codes of a batch so long before its end, and leaves held ones until it", () => {
    const state = stateWith(3, "day");
    const stops = instant("2026-11-28T00:00:00Z");
    expect([stops - 1, stops, stops + 1].map((now) => drawOrder(state, now))).toEqual([[0], [0], []]);
    expect(isInsideWindow(state, held(), instant("2026-11-30T23:59:59Z"))).toBe(true);
    expect(decide(state, null, { id: "m1", type: "campaign" }, stops + 1)).toEqual({
      action: "unavailable",
      reason: "no-open-batch",
      wanted: "first-code",
    });
  });

  test("counts hours exactly and days by the zone's calendar", () => {
    expect(drawOrder(stateWith(36, "hour"), instant("2026-11-29T12:00:00Z"))).toEqual([0]);
    expect(drawOrder(stateWith(36, "hour"), instant("2026-11-29T12:00:00.001Z"))).toEqual([]);
    const newYork = stateWith(5, "week", NEW_YORK);
    expect(drawOrder(newYork, instant("2026-10-27T00:00:00-04:00"))).toEqual([]);
    const october = stateOf({ window: newYork.offer.window, timeZone: NEW_YORK }, [{ id: "x", endsOn: "2026-11-30" }]);
    expect(drawOrder(october, instant("2026-10-27T00:00:00-04:00"))).toEqual([0]);
    expect(drawOrder(october, instant("2026-10-27T00:00:00.001-04:00"))).toEqual([]);
  });

  test("of 0, or over a batch without an end, changes nothing", () => {
    expect(drawOrder(stateWith(0, "day"), instant("2026-11-30T23:59:59.999Z"))).toEqual([0]);
    expect(drawOrder(stateWith(0, "day"), instant("2026-12-01T00:00:00Z"))).toEqual([]);
    const open = stateOf({ window: { type: "custom-period", stopBefore: { amount: 9, unit: "week" } } }, [{ id: "b" }]);
    expect(drawOrder(open, NOON)).toEqual([0]);
  });

  test("is checked when the offer is saved", () => {
    const save = (stopBefore: unknown) => () => parseOffer({ id: "o", window: { type: "custom-period", stopBefore } });
    expect(save({ amount: 3, unit: "month" })).toThrow(
      'offer.window.stopBefore.unit: expected "hour", "day" or "week"',
    );
    expect(save({ amount: -1, unit: "day" })).toThrow("offer.window.stopBefore.amount: expected a whole number from 0");
    expect(save(3)).toThrow("offer.window.stopBefore: expected an amount and a unit");
  });
});
