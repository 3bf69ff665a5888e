import { Temporal } from "temporal-polyfill";
import { invalidInput } from "./errors.js";
import type { Milliseconds, UnixMs } from "./units.js";

export const HOUR: Milliseconds = 3_600_000;
export const DAY: Milliseconds = 24 * HOUR;

const LAST_INSTANT: UnixMs = 8_640_000_000_000_000;

export const DAY_EXPECTED = "a day such as 2026-11-30";
export const TIME_ZONE_EXPECTED = "an IANA time zone such as America/New_York";
export const INSTANT_EXPECTED = "an instant: a Date or whole Unix milliseconds";

/** Whether this is an instant that a `Date` can hold, in whole milliseconds. */
export function isInstant(value: unknown): value is UnixMs {
  return Number.isInteger(value) && Math.abs(value as number) <= LAST_INSTANT;
}

/** An instant as a caller gives it, in milliseconds. Throws an `InvalidInputError` that names the field. */
export function instantOf(field: string, value: Date | UnixMs): UnixMs {
  const at = value instanceof Date ? value.getTime() : value;
  if (!isInstant(at)) throw invalidInput(field, INSTANT_EXPECTED, Number.isNaN(at) ? at : value);
  return at;
}

/** Whether this is a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: "reject" });
    return true;
  } catch {
    return false;
  }
}

/** Whether days can be counted in this time zone. An offset such as +02:00 is refused: it has no change of clocks. */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** The first instant of a day. */
export function startOfDay(day: string, timeZone: string): UnixMs {
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone }).epochMilliseconds;
}

export function dayAfter(day: string): string {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString();
}

type Amount = { readonly amount: number; readonly unit: "hour" | "day" | "week" | "month" };

/** An amount in words: "1 day", "90 days". */
export function amountText({ amount, unit }: Amount): string {
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

/** The instant so much later (earlier for a negative amount): hours are exact, the others are units of the zone's calendar (31 January + 1 month = 28 February). */
export function later(from: UnixMs, { amount, unit }: Amount, timeZone: string): UnixMs {
  if (unit === "hour") return from + amount * HOUR;
  const start = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone);
  return start.add({ [`${unit}s`]: amount }).epochMilliseconds;
}

/** The day of an instant, `2026-11-30`. */
export function dayOf(at: UnixMs, timeZone: string): string {
  return dayText(Math.floor(localTime(at, timeZone) / DAY));
}

/** The last day on which what ends at `end` can still be used. */
export function lastDayBefore(end: UnixMs, timeZone: string): string {
  return dayOf(end - 1, timeZone);
}

/**
 * Calendar days of the zone from `now` until `end`, a started one whole, 0 from the end on: 90 for 90 days, whatever the clocks do meanwhile.
 */
export function daysUntil(end: UnixMs, now: UnixMs, timeZone: string): number {
  if (now >= end) return 0;
  return Math.max(1, Math.ceil((localTime(end, timeZone) - localTime(now, timeZone)) / DAY));
}

/** A day for people to read, from `2026-11-30`: "30 November 2026". */
export function longDay(day: string): string {
  const [year, month, date] = day.split("-") as [string, string, string];
  return `${Number(date)} ${MONTHS[Number(month) - 1]} ${Number(year)}`;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/** The offset from UTC between two changes of clocks. */
type Span = { from: UnixMs; to: UnixMs; offset: Milliseconds };

const MOST_SPANS = 8;
const MOST_ZONES = 500;
const spansOfZones = new Map<string, Span[]>();

/** What clocks of the zone show, as milliseconds since 1970 of that wall time. Costs no calendar once the span is known. */
function localTime(at: UnixMs, timeZone: string): Milliseconds {
  if (timeZone === "UTC") return at;
  let spans = spansOfZones.get(timeZone);
  if (spans === undefined) {
    if (spansOfZones.size === MOST_ZONES) spansOfZones.clear();
    spans = [];
    spansOfZones.set(timeZone, spans);
  }
  for (const span of spans) if (span.from <= at && at < span.to) return at + span.offset;
  const found = spanAt(at, timeZone);
  if (spans.length === MOST_SPANS) spans.shift();
  spans.push(found);
  return at + found.offset;
}

function spanAt(at: UnixMs, timeZone: string): Span {
  const there = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const next = there.getTimeZoneTransition("next");
  // The change just before is that of the instant after: a change at this very instant counts as past.
  const last = there.add({ milliseconds: 1 }).getTimeZoneTransition("previous");
  return {
    from: last?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: next?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: there.offsetNanoseconds / 1_000_000,
  };
}

const daysSeen = new Map<number, string>();
const MOST_DAYS = 10_000;

function dayText(dayNumber: number): string {
  let text = daysSeen.get(dayNumber);
  if (text === undefined) {
    text = Temporal.PlainDate.from("1970-01-01").add({ days: dayNumber }).toString();
    if (daysSeen.size === MOST_DAYS) daysSeen.clear();
    daysSeen.set(dayNumber, text);
  }
  return text;
}
