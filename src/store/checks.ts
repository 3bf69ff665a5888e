import { z } from "zod";
import { isInstant } from "../domain/calendar.js";
import { checked, InvalidInputError, invalidInput } from "../domain/errors.js";
import { codeSchema, idSchema } from "../domain/identifier.js";
import type { Batch, Offer } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";

const codesSchema = z.array(codeSchema, { error: "a list of codes" });

export function checkAddCodes(codes: unknown, since: unknown): void {
  checked(codesSchema, "codes", codes);
  if (since !== undefined && !(Number.isInteger(since) && (since as number) >= 0)) {
    throw invalidInput("since", "a whole number of 0 or more", since);
  }
}

const instantSchema = z.custom<UnixMs>(isInstant, { error: "an instant in Unix milliseconds" });
const assignmentsSchema = z.array(
  z.strictObject(
    {
      code: codeSchema,
      subscriberId: idSchema,
      messageId: idSchema,
      issuedAt: instantSchema,
      redeemedAt: instantSchema.nullable(),
    },
    { error: "an assignment" },
  ),
  { error: "a list of assignments" },
);

export function checkAssignments(items: unknown): void {
  checked(assignmentsSchema, "items", items);
}

export function checkCode(code: unknown): void {
  checked(codeSchema, "code", code);
}

export function checkSignUp(subscriberId: unknown, offerId: unknown): void {
  checked(idSchema, "subscriberId", subscriberId);
  checked(idSchema, "offerId", offerId);
}

export function checkMerge(from: unknown, into: unknown): void {
  checked(idSchema, "from", from);
  checked(idSchema, "into", into);
  if (from === into) throw invalidInput("into", "another subscriber than from", into);
}

export function checkInstant(field: string, at: unknown): asserts at is UnixMs {
  if (!isInstant(at)) throw invalidInput(field, "an instant in Unix milliseconds", at);
}

export function unknownOffer(offerId: string): InvalidInputError {
  return invalidInput("offerId", "the id of a saved offer", offerId);
}

/** Why an offer is not deleted. `held`: codes that subscribers have and have not redeemed. */
export function offerInUse(offerId: string, { inPool, held }: { inPool: number; held: number }): InvalidInputError {
  const text = `offer "${offerId}" has ${inPool} codes in its pool and ${held} given out and not redeemed: delete it with force`;
  return new InvalidInputError(text);
}

export function unknownBatch(batchId: string): InvalidInputError {
  return invalidInput("batch", "the name of a batch of this offer", batchId);
}

export function differentDays(known: Batch, given: Batch): InvalidInputError {
  const text = `batch "${known.id}" runs ${daysText(known)}, so it cannot take codes that run ${daysText(given)}: name another batch`;
  return new InvalidInputError(text);
}

export function sameOffer(one: Offer, other: Offer): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** The days of a batch in words: "from 2026-11-01 to 2026-11-30". */
export function daysText(batch: Batch): string {
  if (batch.startsOn === undefined && batch.endsOn === undefined) return "without dates";
  const start = batch.startsOn === undefined ? "" : `from ${batch.startsOn}`;
  const end = batch.endsOn === undefined ? "" : `to ${batch.endsOn}`;
  return [start, end].filter((part) => part !== "").join(" ");
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]);
}
