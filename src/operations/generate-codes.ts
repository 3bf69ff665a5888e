import { randomBytes } from "node:crypto";
import { z } from "zod";
import { checked, InvalidInputError, invalidInput } from "../domain/errors.js";
import { codeSchema } from "../domain/identifier.js";
import type { OfferStore } from "../store/store.js";

/** Digits and capitals that nobody takes for another, without vowels, so that no word comes about. */
const ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ";
const RANDOM = "#";
/** The largest multiple of the alphabet's size that a byte reaches: from there on a byte would prefer some characters. */
const FAIR = 256 - (256 % ALPHABET.length);
/** One guess in so many may hit a code, at most. */
const LEAST_ODDS = 100_000;
const MOST_CODES = 10_000_000;
const TRIED_AT_ONCE = 5000;

const countSchema = z
  .int({ error: `a whole number from 1 to ${MOST_CODES}` })
  .min(1, { error: `a whole number from 1 to ${MOST_CODES}` })
  .max(MOST_CODES, { error: `a whole number from 1 to ${MOST_CODES}` });

/** `combinations`: how many codes the pattern has. `odds`: one guess in so many hits one of the codes. */
export type GeneratedCodes = { codes: string[]; combinations: number; odds: number };

/** `store`, `offerId`: where the codes are to go. No code is generated that any offer there has already. Default: none are known. */
export type GenerateOptions = { store?: Pick<OfferStore, "tryCodes">; offerId?: string };

/**
 * Unique random codes of a pattern, in which each `#` becomes one of 28 digits and capitals without look-alikes; the rest is literal. They come from the
 * system's cryptographic generator. Rejects with `InvalidInputError` where the pattern is no code, or so short that more than one guess in 100,000
 * would hit one of the codes.
 *
 * @example
 * const { codes, odds } = await generateCodes("WELCOME-########", 50_000);
 * await importCodes(store, "welcome10", codes, { batch: "2026-11" });
 */
export async function generateCodes(
  pattern: string,
  count: number,
  { store, offerId }: GenerateOptions = {},
): Promise<GeneratedCodes> {
  checked(codeSchema, "pattern", pattern);
  checked(countSchema, "count", count);
  const length = pattern.split(RANDOM).length - 1;
  if (length === 0) throw invalidInput("pattern", `a code with a ${RANDOM} for each random character`, pattern);
  const combinations = ALPHABET.length ** length;
  const odds = Math.floor(combinations / count);
  if (odds < LEAST_ODDS) throw tooShort(pattern, length, count, odds);
  const codes = new Set<string>();
  while (codes.size < count) {
    const fresh = fill(pattern, length, Math.min(TRIED_AT_ONCE, count - codes.size)).filter((code) => !codes.has(code));
    const free = await unknownOf(store, offerId, [...new Set(fresh)]);
    for (const code of free) codes.add(code);
  }
  return { codes: [...codes], combinations, odds };
}

async function unknownOf(
  store: GenerateOptions["store"],
  offerId: string | undefined,
  codes: string[],
): Promise<string[]> {
  if (store === undefined || offerId === undefined || codes.length === 0) return codes;
  const outcomes = await store.tryCodes(offerId, codes);
  return codes.filter((_, index) => outcomes[index] === "added");
}

function fill(pattern: string, length: number, many: number): string[] {
  const chars = randomChars(length * many);
  let next = 0;
  return Array.from({ length: many }, () => pattern.replaceAll(RANDOM, () => chars[next++] as string));
}

function randomChars(many: number): string[] {
  const chars: string[] = [];
  while (chars.length < many) {
    for (const byte of randomBytes(many - chars.length)) {
      if (byte < FAIR) chars.push(ALPHABET[byte % ALPHABET.length] as string);
    }
  }
  return chars;
}

function tooShort(pattern: string, length: number, count: number, odds: number): InvalidInputError {
  const needed = Math.ceil(Math.log(count * LEAST_ODDS) / Math.log(ALPHABET.length));
  const text = `one guess in ${odds.toLocaleString("en-US")} would hit one of ${count.toLocaleString("en-US")} codes`;
  return new InvalidInputError(
    `pattern: "${pattern}" is too short: ${text}: use ${needed} ${RANDOM} instead of ${length}`,
  );
}
