import type { Violation } from "./check.js";
import { type Display, liesBetween, type Record } from "./record.js";

/** A code has one holder: between two subscribers who were shown it, the first has given it back. */
export function checkHolders(record: Record): Violation[] {
  const violations: Violation[] = [];
  const { displays } = record;
  for (const [place, one] of displays.entries()) {
    for (const other of displays.slice(place + 1)) {
      if (one.shown.code !== other.shown.code || one.call.subscriber === other.call.subscriber) continue;
      if (isHandedOn(record, one, other) || isHandedOn(record, other, one)) continue;
      const detail = `${one.shown.code} was shown to ${textOf(one)} and to ${textOf(other)}`;
      violations.push({ kind: "two-holders", detail });
    }
  }
  return violations;
}

function isHandedOn(record: Record, first: Display, second: Display): boolean {
  if (second.to < first.from) return false;
  return record.releases(first).some((release) => liesBetween(release, first, second));
}

/** "ann by 3 at 512-530 in p1.1 (first-code)". */
export function textOf({ call, shown, process, from, to }: Display): string {
  return `${call.subscriber} by message ${call.message} at ${from}-${to} in ${process} (${shown.reason})`;
}
