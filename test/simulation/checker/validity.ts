import type { UnixMs } from "offer-code";
import { DAY, HOUR } from "../../fixtures.js";
import { BATCHES, isDated, type WindowName } from "../tables.js";
import type { Violation } from "./check.js";
import { textOf } from "./holders.js";
import { type Display, liesBetween, type Record, STALE_AT_MOST } from "./record.js";

const GIVEN_ANEW = new Set(["first-code", "redeemed", "revoked", "expired", "new-each-message"]);

/** A code is given out while its batch is open, unredeemed, by the clock of the process that asked for it; and where there is one, somebody gets it. */
export function checkValidity(record: Record): Violation[] {
  const given = record.displays.filter(({ shown }) => shown.isNew && GIVEN_ANEW.has(shown.reason));
  return [...given.flatMap((display) => invalidClaim(record, display)), ...falseEmpty(record)];
}

function invalidClaim(record: Record, display: Display): Violation[] {
  const { shown, process, from } = display;
  const violation = (why: string): Violation[] => [
    { kind: "invalid-claim", detail: `${shown.code} for ${textOf(display)}: ${why}` },
  ];
  const { low, high } = record.clock(process, display);
  const issuedAt = shown.issuedAt ?? Number.NaN;
  if (!(issuedAt >= low && issuedAt <= high))
    return violation(`issued at ${issuedAt}, while the clock showed ${low} to ${high}`);
  const isOpen = record.windows(shown.offer, display).some((window) => mayBeGiven(window, shown.batch, issuedAt));
  if (!isOpen) return violation(`batch ${shown.batch} is not open`);
  if (shown.reason === "first-code" && hasAnother(record, display)) return violation("the subscriber holds another");
  if (isDone(record, "redeem", shown.code, from)) return violation("it was redeemed before");
  if (isDone(record, "revoke", shown.code, from)) return violation("it was revoked before");
  return [];
}

/** Whether the subscriber was shown a code before, and neither gave it back nor was forgotten. */
function hasAnother(record: Record, display: Display): boolean {
  const { shown, call } = display;
  return record.displays.some((earlier) => {
    if (
      earlier.to >= display.from ||
      earlier.call.subscriber !== call.subscriber ||
      earlier.shown.offer !== shown.offer
    )
      return false;
    const excuses = [
      ...record.releases(earlier),
      ...record.forgets(call.subscriber, STALE_AT_MOST),
      ...record.revocations(earlier.shown.code),
    ];
    return !excuses.some((excuse) => liesBetween(excuse, earlier, display));
  });
}

/** Whether a redemption or revocation of the code had been confirmed by then. */
export function isDone(record: Record, type: "redeem" | "revoke", code: string, by: number): boolean {
  return record.calls(type).some(({ call, completed, outcome }) => {
    const { status } = (outcome as { value?: { status?: string } }).value ?? {};
    return call.code === code && outcome.status === "ok" && status !== "unknown-code" && completed <= by;
  });
}

/** Whether a new code of the batch may be given under the window. */
function mayBeGiven(window: WindowName, batch: string | null, at: UnixMs): boolean {
  return window !== "custom period" || isOpen(batch, at);
}

/** Whether a code may be sent again under the window at some instant from `low` to `high`. */
export function mayBeKept(
  window: WindowName,
  batch: string | null,
  issuedAt: UnixMs,
  low: UnixMs,
  high: UnixMs,
): boolean {
  switch (window) {
    case "never":
      return true;
    case "5 hours":
      return low < issuedAt + 5 * HOUR;
    case "2 days":
      return low < issuedAt + 2 * DAY;
    case "each message":
      return false;
    case "custom period":
      return isOpen(batch, low) || isOpen(batch, high) || (opensAt(batch) >= low && opensAt(batch) <= high);
  }
}

function isOpen(batch: string | null, at: UnixMs): boolean {
  return opensAt(batch) <= at && at < closesAt(batch);
}

function opensAt(batch: string | null): UnixMs {
  const { startsOn } = BATCHES[batch ?? ""] ?? {};
  return startsOn === undefined ? Number.NEGATIVE_INFINITY : Date.parse(`${startsOn}T00:00:00Z`);
}

function closesAt(batch: string | null): UnixMs {
  const { endsOn } = BATCHES[batch ?? ""] ?? {};
  return endsOn === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${endsOn}T00:00:00Z`) + DAY;
}

/** "The pool is empty" while a code was in it that nobody ever took. */
function falseEmpty(record: Record): Violation[] {
  return record.blanks.flatMap(({ shown, call, from, to }) => {
    if (shown.reason !== "pool-empty" || record.windows(shown.offer, { from, to }).includes("custom period")) return [];
    const waiting = record.end.codes.find(
      ({ code, offer, batch, isGivenOut, isRedeemed }) =>
        offer === shown.offer &&
        !isDated(batch) &&
        !isGivenOut &&
        !isRedeemed &&
        isInPoolFrom(record, code, offer, from),
    );
    if (waiting === undefined) return [];
    const detail = `message ${call.message} to ${call.subscriber} at ${from}-${to} found no code, but ${waiting.code} was there`;
    return [{ kind: "false-empty" as const, detail }];
  });
}

/** Whether the code had been added once and for all, and nobody was given it or gave it back. */
function isInPoolFrom(record: Record, code: string, offer: string, from: number): boolean {
  const adds = record.calls("import").filter(({ call }) => call.codes.includes(code));
  const isAdded =
    adds.length > 0 &&
    adds.every(({ call, outcome, completed }) => call.offer === offer && outcome.status === "ok" && completed <= from);
  const isTouched =
    record.calls("release").some(({ call }) => call.offer === offer) ||
    record.calls("withdraw").some(({ call }) => call.offer === offer);
  return isAdded && !isTouched && !record.calls("revoke").some(({ call }) => call.code === code);
}
