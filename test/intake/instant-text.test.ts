import { expect, test } from "vitest";
import { cellDay, cellInstant, readInstant } from "../../src/intake/instant-text.js";

const ZONE = "America/New_York";

test.each([
  ["2026-12-24", "2026-12-24T05:00:00.000Z"],
  ["2026-12-24T18:00", "2026-12-24T23:00:00.000Z"],
  ["2026-12-24T18:00:30.5", "2026-12-24T23:00:30.500Z"],
  ["2026-12-24T18:00Z", "2026-12-24T18:00:00.000Z"],
  ["2026-12-24T18:00+02:00", "2026-12-24T16:00:00.000Z"],
])("%s is an instant", (text, iso) => {
  expect(new Date(readInstant(text, ZONE) as number).toISOString()).toBe(iso);
});

test.each([
  "2026-12-24T18:00+02",
  "2026-12-24T18:00+0200",
  "2026-12-24 18:00",
  "2026-12-24T18",
  "2026-12-24T24:00",
  "2026-12-24T18:00:60",
  "2026-12-24T18:00[Europe/Berlin]",
  "2026-12-24+02:00",
  "20261224",
  "2026-02-30",
  "2026-02-30T10:00Z",
  "24.12.2026",
  "tomorrow",
  "",
])("%s is none, however near it comes", (text) => {
  expect(readInstant(text, ZONE)).toBeNull();
});

test.each([
  ["2026-11-30 23:59:59 -0500", "2026-12-01T04:59:59.000Z"],
  ["2026-11-30 23:59:59 UTC", "2026-11-30T23:59:59.000Z"],
  ["2026-11-30 18:00", "2026-11-30T23:00:00.000Z"],
  ["2026/11/30", "2026-11-30T05:00:00.000Z"],
  ["1796083199", "2026-11-30T23:59:59.000Z"],
  ["1796083199000", "2026-11-30T23:59:59.000Z"],
])("a file may write an instant as %s", (text, iso) => {
  expect(new Date(cellInstant(text, ZONE) as number).toISOString()).toBe(iso);
});

test.each<[string, "start" | "end", string | null]>([
  ["2026-11-30", "start", "2026-11-30"],
  ["2026-11-30", "end", "2026-11-30"],
  ["2026-11-01T05:00:00Z", "start", "2026-11-01"],
  ["2026-11-01T03:00:00Z", "start", "2026-10-31"],
  ["2026-12-01T04:59:59Z", "end", "2026-11-30"],
  ["2026-12-01T05:00:00Z", "end", "2026-11-30"],
  ["2026-11-30T23:59:59Z", "end", "2026-11-29"],
  ["30.11.2026", "end", null],
  ["11/30/2026", "end", null],
])("%s as the %s of a batch is the day %s", (text, side, day) => {
  expect(cellDay(text, ZONE, side)).toBe(day);
});
