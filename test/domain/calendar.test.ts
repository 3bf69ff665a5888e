import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { dayOf, daysUntil, instantOf, isTimeZone, lastDayBefore, longDay } from "../../src/domain/calendar.js";
import { parseOffer } from "../../src/domain/offer.js";
import { DAY, HOUR, instant, NOON } from "../fixtures.js";

const ZONES = ["UTC", "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"];

test("the day of an instant is that of the zone's calendar, at every hour of every change of clocks", () => {
  const instants = fc.integer({ min: Date.UTC(1960, 0), max: Date.UTC(2060, 0) });
  fc.assert(
    fc.property(instants, fc.constantFrom(...ZONES), (at, zone) => {
      const there = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
      const change = there.getTimeZoneTransition("next")?.epochMilliseconds ?? at;
      for (const each of [at, change - 1, change, change + 1]) {
        const day = Temporal.Instant.fromEpochMilliseconds(each).toZonedDateTimeISO(zone).toPlainDate().toString();
        expect(dayOf(each, zone)).toBe(day);
      }
    }),
  );
});

describe("days left", () => {
  test("are 90 for a 90-day code when it is issued, whatever the clocks do meanwhile", () => {
    const zone = "America/New_York";
    for (const issued of ["2026-10-20T12:00:00-04:00", "2026-02-01T23:30:00-05:00"]) {
      const from = Temporal.Instant.from(issued).toZonedDateTimeISO(zone);
      const end = from.add({ days: 90 }).epochMilliseconds;
      expect(daysUntil(end, from.epochMilliseconds, zone)).toBe(90);
      expect(daysUntil(end, from.epochMilliseconds + 1, zone)).toBe(90);
      expect(daysUntil(end, from.add({ days: 1 }).epochMilliseconds, zone)).toBe(89);
      expect([end - 1, end, end + DAY].map((now) => daysUntil(end, now, zone))).toEqual([1, 0, 0]);
    }
  });

  test("count the last day of a batch whole", () => {
    const end = instant("2026-12-01T00:00:00Z");
    expect(daysUntil(end, NOON, "UTC")).toBe(28);
    expect(daysUntil(end, end - HOUR, "UTC")).toBe(1);
    expect(lastDayBefore(end, "UTC")).toBe("2026-11-30");
  });

  test("are at least one until the end, also in the hour that a clock repeats", () => {
    const [before, end] = [instant("2026-11-01T01:45:00-04:00"), instant("2026-11-01T01:15:00-05:00")];
    expect(daysUntil(end, before, "America/New_York")).toBe(1);
  });
});

test("a day reads as people write it", () => {
  expect(["2026-11-30", "2027-02-01", "0099-01-09"].map(longDay)).toEqual([
    "30 November 2026",
    "1 February 2027",
    "9 January 99",
  ]);
});

test("an instant is a date or whole milliseconds, and nothing else", () => {
  expect([instantOf("at", new Date(5)), instantOf("at", 7)]).toEqual([5, 7]);
  const expected = "at: expected an instant: a Date or whole Unix milliseconds, but got: ";
  for (const wrong of [1.5, Number.NaN, 1e17, "2026-11-30", new Date(Number.NaN), null, undefined]) {
    expect(() => instantOf("at", wrong as number)).toThrow(expected);
  }
});

test("a time zone that days cannot be counted in is refused when the offer is saved", () => {
  expect(ZONES.map(isTimeZone)).toEqual(ZONES.map(() => true));
  for (const timeZone of ["PST", "IST", "JST", "ACT", "+02:00", "Mars/Olympus", ""]) {
    expect(() => parseOffer({ id: "o", timeZone })).toThrow("offer.timeZone: expected an IANA time zone");
  }
});
