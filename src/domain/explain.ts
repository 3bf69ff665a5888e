import { isClosing } from "./answer.js";
import { unavailableText } from "./errors.js";
import type { Resolution } from "./resolution.js";

/**
 * One plain sentence that says which code this is and why.
 * Dates are days in `timeZone` (default UTC).
 *
 * @example
 * explain(resolution); // "Keeps A7K2: received 3 November 2026, not redeemed, valid until 1 February 2027."
 */
export function explain(resolution: Resolution, options: { timeZone?: string } = {}): string {
  const day = dayText(options.timeZone ?? "UTC");
  const { code, reason, isFallback } = resolution;
  if (isFallback) return `Shows the fallback ${code}: ${unavailableText(reason)}.`;
  if (code === null) return `Gets no code: ${unavailableText(reason)}.`;
  const facts = [whyText(resolution, day), redeemedText(resolution), validText(resolution, day)];
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

function validText({ expiresAt, daysLeft, reason }: Resolution, day: (date: Date) => string): string {
  if (reason === "new-each-message") return "for this message alone";
  // Without an end, a message's own code may be one that never expires or one for this message alone.
  if (expiresAt === null) return reason === "same-message" ? "" : "never expires";
  const last = isClosing(expiresAt) ? new Date(expiresAt.getTime() - 1) : expiresAt;
  return `${daysLeft === 0 ? "expired" : "valid until"} ${day(last)}`;
}

function dayText(timeZone: string): (date: Date) => string {
  const format = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone });
  return (date) => format.format(date);
}
