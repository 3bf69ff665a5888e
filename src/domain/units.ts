/** An instant: milliseconds since 1 January 1970 00:00 UTC, as `Date.now()` gives them. */
export type UnixMs = number;

/** A length of time in milliseconds. */
export type Milliseconds = number;
