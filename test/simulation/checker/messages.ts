import type { Kind, Violation } from "./check.js";
import { textOf } from "./holders.js";
import { type Display, type Interval, liesBetween, type Record, STALE_AT_MOST } from "./record.js";

/** Parts of one delivery show one code for so long by the process's clock. */
const SAME_DELIVERY_FOR = 60_000;

/** A message uses up one code of an offer, its parts show the same, and there is one first code. */
export function checkMessages(record: Record): Violation[] {
  const { displays } = record;
  return [
    ...oneCode(
      record,
      "two-codes",
      displays.filter(({ shown }) => shown.isNew),
      ({ shown, call }) => `${shown.offer} ${call.subscriber} ${call.message}`,
    ),
    ...oneCode(
      record,
      "first-changed",
      displays.filter(({ shown }) => shown.reason === "sign-up-offer"),
      ({ shown, call }) => `${shown.offer} ${call.subscriber}`,
    ),
    ...oneCode(record, "parts-differ", displays, ({ call }) => String(call.delivery)),
  ];
}

function oneCode(
  record: Record,
  kind: Kind,
  displays: readonly Display[],
  groupOf: (display: Display) => string,
): Violation[] {
  const violations: Violation[] = [];
  const groups = new Map<string, Display[]>();
  for (const display of displays) {
    const group = groupOf(display);
    groups.set(group, [...(groups.get(group) ?? []), display]);
  }
  for (const group of groups.values()) {
    for (const [place, one] of group.entries()) {
      for (const other of group.slice(place + 1)) {
        if (one.shown.code === other.shown.code || one.shown.offer !== other.shown.offer) continue;
        const [first, second] = one.to <= other.to ? [one, other] : [other, one];
        if (isExcused(record, kind, first, second) || isExcused(record, kind, second, first)) continue;
        violations.push({
          kind,
          detail: `${first.shown.code} to ${textOf(first)}, then ${second.shown.code} to ${textOf(second)}`,
        });
      }
    }
  }
  return violations;
}

function isExcused(record: Record, kind: Kind, first: Display, second: Display): boolean {
  if (second.to < first.from) return false;
  const { subscriber, message } = first.call;
  const excuses: Interval[] = [
    ...record.forgets(subscriber, STALE_AT_MOST),
    ...record.revocations(first.shown.code),
    ...(kind === "parts-differ" ? [] : record.releases(first, kind === "two-codes" ? message : undefined)),
  ];
  if (excuses.some((excuse) => liesBetween(excuse, first, second))) return true;
  return kind === "parts-differ" && isLongAgo(record, first, second);
}

function isLongAgo(record: Record, first: Display, second: Display): boolean {
  const { low, high } = record.clock(first.process, { from: first.from, to: Math.max(first.to, second.to) });
  return high - low > SAME_DELIVERY_FOR;
}
