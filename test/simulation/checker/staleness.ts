import type { Milliseconds } from "offer-code";
import type { Violation } from "./check.js";
import { textOf } from "./holders.js";
import { type Display, liesBetween, openEnd, type Record, STALE_AT_MOST } from "./record.js";
import { isDone, mayBeKept } from "./validity.js";

/** A request that was sent again can arrive so long after its answer. */
const SENT_AGAIN: Milliseconds = 15_000;

/** Nobody is shown a code for longer than the bound after it was redeemed, expired, revoked or forgotten. */
export function checkStaleness(record: Record): Violation[] {
  return record.displays.flatMap((display) => {
    const why = reasonsAgainst(record, display);
    return why === null
      ? []
      : [{ kind: "stale" as const, detail: `${display.shown.code} for ${textOf(display)}: ${why}` }];
  });
}

function reasonsAgainst(record: Record, display: Display): string | null {
  const { shown, from } = display;
  if (isDone(record, "revoke", shown.code, from - STALE_AT_MOST)) return "it was revoked";
  if (wasForgotten(record, display)) return "the subscriber was forgotten";
  if (shown.reason === "sign-up-offer" && !hasSignedUp(record, display))
    return "the subscriber's sign-up was forgotten";
  if (shown.reason !== "still-valid") return null;
  if (isDone(record, "redeem", shown.code, from - STALE_AT_MOST)) return "it was redeemed";
  const { low, high } = record.clock(display.process, display);
  const windows = record.windows(shown.offer, { from: from - STALE_AT_MOST, to: display.to });
  const isValid = windows.some((window) => mayBeKept(window, shown.batch, shown.issuedAt ?? 0, low, high));
  return isValid ? null : `outside of ${windows.join(" and ")}`;
}

/** Shown before the removal and, though nobody could give it back, again long after it. */
function wasForgotten(record: Record, display: Display): boolean {
  const { call, shown, from } = display;
  const earlier = record.displays.filter(
    (other) => other.shown.code === shown.code && other.call.subscriber === call.subscriber,
  );
  return record.calls("forget").some(({ call: forget, outcome, invoked, completed }) => {
    if (forget.subscriber !== call.subscriber || outcome.status !== "ok" || completed + STALE_AT_MOST > from)
      return false;
    const before = earlier.find((other) => other.to < invoked);
    return before !== undefined && !record.releases(before).some((release) => liesBetween(release, before, display));
  });
}

function hasSignedUp(record: Record, { call, shown, from, to }: Display): boolean {
  const forgotten = record
    .calls("forget")
    .filter(
      (each) =>
        each.call.subscriber === call.subscriber &&
        each.outcome.status === "ok" &&
        each.completed + STALE_AT_MOST <= from,
    );
  const since = Math.max(0, ...forgotten.map(({ invoked }) => invoked));
  return record
    .calls("sign-up")
    .some(
      (each) =>
        each.call.subscriber === call.subscriber &&
        each.call.offer === shown.offer &&
        each.invoked <= to &&
        openEnd(each) + SENT_AGAIN >= since,
    );
}
