import { Temporal } from "temporal-polyfill";
import { amountText, dayOf, longDay } from "../domain/calendar.js";
import type { Offer } from "../domain/offer.js";
import type { Reason, Resolution } from "../domain/resolution.js";
import type { UnixMs } from "../domain/units.js";
import { readInstant } from "../intake/instant-text.js";
import type { Outcome } from "./api.js";

/** A day as text: "3 November 2026". */
export function dayText(at: UnixMs, timeZone: string): string {
  return longDay(dayOf(at, timeZone));
}

/** The wall clock of a zone, to the minute: `2026-11-23T09:00`. */
export function wallClock(at: UnixMs, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: "minute" });
}

/** The instant at which the wall clock of a zone shows this. Throws a `RangeError` when it is no time. */
export function instantAt(wall: string, timeZone: string): UnixMs {
  const at = readInstant(wall, timeZone);
  if (at === null) throw new RangeError(wall);
  return at;
}

export function windowText({ window }: Offer): string {
  if (window.type === "never-expires") return "Codes never expire";
  if (window.type === "custom-period") {
    const { stopBefore } = window;
    const stop = stopBefore === undefined ? "" : `, new ones until ${amountText(stopBefore)} before its end`;
    return `Codes are valid on the days of their batch${stop}`;
  }
  if (window.amount === 0) return "Every message gets a new code";
  return `Codes are valid for ${amountText(window)}`;
}

/** How an answer looks at one glance. */
export function outcomeOf({ code, reason, isFallback, isNew }: Resolution, offer: Offer | undefined): Outcome {
  if (isFallback) return "fallback";
  if (code === null) return offer?.whenUnavailable.action === "omit" ? "omitted" : "not-sent";
  if (reason === "sign-up-offer") return "sign-up";
  return isNew ? "new" : "keeps";
}

/** The badge of an answer, in two or three words. */
export function labelOf({ reason, isNew, redeemed }: Resolution): string {
  if (reason === "sign-up-offer") {
    if (isNew) return "the first one";
    return redeemed ? "redeemed" : "kept";
  }
  return LABELS[reason];
}

const LABELS: Record<Reason, string> = {
  "first-code": "first code",
  redeemed: "old one redeemed",
  revoked: "old one revoked",
  expired: "old one expired",
  "new-each-message": "new each message",
  "sign-up-offer": "kept",
  "still-valid": "still valid",
  "same-message": "same message",
  "pool-empty": "pool empty",
  "no-open-batch": "no open batch",
  "no-sign-up-offer": "no sign-up offer",
  "unknown-offer": "unknown offer",
  "store-unavailable": "Redis down",
};
