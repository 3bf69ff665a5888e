/** An instant: milliseconds since 1 January 1970 00:00 UTC, as `Date.now()` gives them. */
export type UnixMs = number;

/** A length of time in milliseconds. */
export type Milliseconds = number;

const LAST_INSTANT: UnixMs = 8_640_000_000_000_000;

/** Whether this is an instant that a `Date` can hold, in whole milliseconds. */
export function isInstant(value: unknown): value is UnixMs {
  return Number.isInteger(value) && Math.abs(value as number) <= LAST_INSTANT;
}
