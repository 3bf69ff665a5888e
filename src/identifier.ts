import { z } from "zod";

const MOST_BYTES = 255;

/** Control characters, halves of a surrogate pair and braces: a Redis key, a CSV cell or a URL trips over them. */
const UNSAFE_IN_ID = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}{}]/u;
/** In a code also blanks and invisible characters: nobody could type them at the checkout. */
const UNSAFE_IN_CODE = /[\p{Cc}\p{Cs}\p{Cf}\p{Z}{}]/u;

export const ID_EXPECTED = "1 to 255 bytes of text without control characters, braces, or blanks at its ends";
export const CODE_EXPECTED = "1 to 255 bytes of text without blanks, control characters or braces";

/** An id of an offer, a batch, a message or a subscriber. */
export const idSchema = z.string({ error: ID_EXPECTED }).refine(isId, { error: ID_EXPECTED });

/** A discount code. */
export const codeSchema = z.string({ error: CODE_EXPECTED }).refine(isCode, { error: CODE_EXPECTED });

export function isId(value: unknown): value is string {
  return typeof value === "string" && fits(value) && !UNSAFE_IN_ID.test(value) && value.trim() === value;
}

export function isCode(value: unknown): value is string {
  return typeof value === "string" && fits(value) && !UNSAFE_IN_CODE.test(value);
}

/** Shops read codes in any letter case, so codes are compared in this form and shown as they were uploaded. */
export function codeKey(code: string): string {
  return code.toLowerCase();
}

function fits(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= MOST_BYTES &&
    (text.length * 3 <= MOST_BYTES || Buffer.byteLength(text) <= MOST_BYTES)
  );
}
