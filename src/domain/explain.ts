import { dayOf, longDay } from "./calendar.js";
import { unavailableText } from "./errors.js";
import type { Resolution } from "./resolution.js";

/**
 * One plain sentence that says which code this is and why.
 * The day of receipt is that of `timeZone` (default UTC), the last day that of the offer's zone, as in `lastDay`.
 *
 * @example
 * explain(resolution); // "Keeps A7K2: received 3 November 2026, not redeemed, valid until 1 February 2027."
 */
export function explain(resolution: Resolution, options: { timeZone?: string } = {}): string {
  const timeZone = options.timeZone ?? "UTC";
  const day = (date: Date) => longDay(dayOf(date.getTime(), timeZone));
  const { code, reason, isFallback } = resolution;
  if (isFallback) return `Shows the fallback ${code}: ${unavailableText(reason)}.`;
  if (code === null) return `Gets no code: ${unavailableText(reason)}.`;
  const facts = [whyText(resolution, day), redeemedText(resolution), validText(resolution)];
  return `${verb(resolution)} ${code}: ${facts.filter((fact) => fact !== "").join(", ")}.`;
}

function verb({ isSample, isNew, reason }: Resolution): string {
  if (isSample) return "Would get a new code such as";
  return isNew && reason !== "same-message" ? "Gets" : "Keeps";
}

function whyText({ reason, issuedAt, isNew }: Resolution, day: (date: Date) => string): string {
  const received = issuedAt === null ? "" : `received ${day(issuedAt)}`;
  switch (reason) {
    case "first-code":
      return "the first code of this offer for this subscriber";
    case "redeemed":
      return "the code held before is redeemed";
    case "revoked":
      return "the code held before was revoked";
    case "expired":
      return "the code held before has expired";
    case "new-each-message":
      return "every message of this offer gets a new code";
    case "sign-up-offer":
      return isNew ? "the first code of the sign-up offer" : `the first code of the sign-up offer, ${received}`;
    case "same-message":
      return isNew
        ? `claimed by this very message on ${issuedAt === null ? "an unknown day" : day(issuedAt)}`
        : `shown by this very message already, ${received}`;
    default:
      return received;
  }
}

function redeemedText({ redeemed, isNew, isSample }: Resolution): string {
  if (redeemed) return "redeemed";
  return isNew || isSample ? "" : "not redeemed";
}

function validText({ lastDay, daysLeft, reason, onlyThisMessage }: Resolution): string {
  if (lastDay !== null) return `${daysLeft === 0 ? "expired" : "valid until"} ${longDay(lastDay)}`;
  if (reason === "same-message") return "";
  if (!onlyThisMessage) return "never expires";
  return reason === "sign-up-offer" ? "" : "for this message alone";
}
