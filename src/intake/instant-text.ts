import { Temporal } from "temporal-polyfill";
import { dayOf, isDay } from "../domain/calendar.js";
import type { Milliseconds, UnixMs } from "../domain/units.js";

const FORM = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** The forms that `readInstant` reads, for messages. */
export const INSTANT_FORMS = "a day or a time such as 2026-12-24 or 2026-12-24T18:00";

/**
 * The instant that a text means, or `null`. Two forms: a day or a time of day in `timeZone` (`2026-12-24`, which begins at midnight,
 * or `2026-12-24T18:00`), and an instant with its whole offset (`2026-12-24T18:00Z`, `2026-12-24T18:00:00+02:00`).
 */
export function readInstant(text: string, timeZone: string): UnixMs | null {
  const [, day, time, offset] = FORM.exec(text) ?? [];
  // Temporal would move a day or a second that does not exist.
  if (day === undefined || !isDay(day) || time?.slice(6, 8) === "60") return null;
  try {
    // A file may hold a million of them, and the calendar is slow: an instant with its offset needs none.
    const zone = offset ?? (timeZone === "UTC" ? "Z" : undefined);
    if (zone !== undefined) return wholeInstant(Date.parse(`${day}T${time ?? "00:00"}${zone}`));
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds;
  } catch {
    return null;
  }
}

function wholeInstant(at: number): UnixMs | null {
  return Number.isNaN(at) ? null : Math.floor(at);
}

const MINUTE: Milliseconds = 60_000;
const SECONDS = /^\d{10}$/;
const MILLISECONDS = /^\d{13}$/;

/**
 * The instant of a file's cell, or `null`: what `readInstant` reads, and the ways in which shops write the same: a blank before the time, an
 * offset without its colon or behind a blank (`2026-11-30 23:59:59 -0500`), `UTC`, slashes in year-month-day, and Unix seconds or milliseconds.
 */
export function cellInstant(text: string, timeZone: string): UnixMs | null {
  if (SECONDS.test(text)) return Number(text) * 1000;
  if (MILLISECONDS.test(text)) return Number(text);
  return readInstant(plainForm(text), timeZone);
}

/** The first or last day of a file's cell in `timeZone`, or `null`. An instant is the start of its day, and the end of the last day that is whole before it. */
export function cellDay(text: string, timeZone: string, side: "start" | "end"): string | null {
  const plain = plainForm(text);
  if (isDay(plain)) return plain;
  const at = cellInstant(text, timeZone);
  if (at === null) return null;
  return side === "start" ? dayOf(at, timeZone) : lastWholeDay(at, timeZone);
}

/** The last day that is whole before an instant. A minute short counts as whole: shops end a day at 23:59. */
export function lastWholeDay(at: UnixMs, timeZone: string): string {
  return Temporal.PlainDate.from(dayOf(at + MINUTE, timeZone))
    .subtract({ days: 1 })
    .toString();
}

function plainForm(text: string): string {
  return text
    .replace(/^(\d{4})\/(\d{2})\/(\d{2})/, "$1-$2-$3")
    .replace(/^(\d{4}-\d{2}-\d{2}) (?=\d)/, "$1T")
    .replace(/(?<=T.*) ?(?:UTC|GMT|z)$/, "Z")
    .replace(/(?<=T.*\d) ?([+-]\d{2}):?(\d{2})$/, "$1:$2");
}
