import type { z } from "zod";
import type { Resolution } from "./resolution.js";

/** A value from outside is invalid. Nothing was read or written. */
export class InvalidInputError extends Error {
  override name = "InvalidInputError";
}

/** The offer has no code to give and says `abort`: do not send the message. */
export class OfferUnavailableError extends Error {
  override name = "OfferUnavailableError";

  constructor(
    message: string,
    readonly resolution: Resolution,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The store is unavailable, or did not reply in time. Whether it acted is unknown; calling again is safe. */
export class StoreUnavailableError extends Error {
  override name = "StoreUnavailableError";
}

/** A template could not be compiled or rendered. `line` and `column` count from 1. */
export class OfferTemplateError extends Error {
  override name = "OfferTemplateError";
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(message: string, position?: { line: number; column: number }, options?: ErrorOptions) {
    super(position ? `${message} (line ${position.line}, column ${position.column})` : message, options);
    this.line = position?.line;
    this.column = position?.column;
  }
}

const REASON_TEXT: Record<string, string> = {
  "pool-empty": "its pool is empty",
  "no-open-batch": "none of its batches is open today",
  "no-sign-up-offer": "the subscriber has no known sign-up offer",
  "unknown-offer": "there is no such offer",
  "store-unavailable": "the store cannot be reached",
};

/** In plain words why there is no code: "its pool is empty". */
export function unavailableText(reason: string): string {
  return REASON_TEXT[reason] ?? reason;
}

/** The error that stops a message whose offer has no code to give. */
export function offerUnavailable(resolution: Resolution, subscriberId: string): OfferUnavailableError {
  const offer = resolution.offerId === "" ? "The offer" : `Offer "${resolution.offerId}"`;
  const text = `${offer} has no code for subscriber "${subscriberId}": ${unavailableText(resolution.reason)} (${resolution.reason})`;
  const { cause } = resolution;
  return new OfferUnavailableError(text, resolution, cause === undefined ? {} : { cause });
}

/** `field: expected X, but got: Y`, the form of every complaint about a value. */
export function invalidInput(field: string, expected: string, got: unknown): InvalidInputError {
  return new InvalidInputError(complaint(field, expected, got));
}

/** Checks a value from outside and returns it with its defaults, or throws an `InvalidInputError` that names every wrong field. */
export function checked<Schema extends z.ZodType>(schema: Schema, what: string, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const complaints = result.error.issues.flatMap((issue) => issueComplaints(what, value, issue));
  throw new InvalidInputError([...new Set(complaints)].join("; "));
}

/** Refuses anything but a list or a stream. Text is refused as well, though it could be read letter by letter. */
export function checkItems(field: string, expected: string, value: unknown): void {
  const isRead = typeof value === "object" && value !== null;
  if (!isRead || !(Symbol.iterator in value || Symbol.asyncIterator in value))
    throw invalidInput(field, expected, value);
}

function issueComplaints(what: string, value: unknown, issue: z.core.$ZodIssue): string[] {
  const field = fieldName(what, issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) =>
      complaint(fieldName(what, [...issue.path, key]), "no such field", at(value, [...issue.path, key])),
    );
  }
  return [complaint(field, issue.message, at(value, issue.path))];
}

function complaint(field: string, expected: string, got: unknown): string {
  return `${field}: expected ${expected}, but got: ${shown(got)}`;
}

function fieldName(what: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) => (typeof key === "number" ? `${name}[${key}]` : `${name}.${String(key)}`),
    what,
  );
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function shown(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return String(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "number") return String(value);
  const text = jsonText(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "undefined";
  } catch {
    return "a value that JSON cannot show";
  }
}
