import { z } from "zod";

const MOST_BYTES = 255;

/** Control characters, halves of a surrogate pair and braces: a Redis key, a CSV cell or a URL trips over them. */
const UNSAFE_IN_ID = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}{}]/u;
/** In a code also blanks and invisible characters: nobody could type them at the checkout. U+2800 is a blank Braille pattern. */
const UNSAFE_IN_CODE = /[\p{Cc}\p{Cs}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800{}]/u;
const ASCII = /^[\0-\x7f]*$/;

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

export const ID_EXPECTED = "1 to 255 bytes of text without control characters, braces, or blanks at its ends";
export const CODE_EXPECTED = "1 to 255 bytes of text without blanks, control characters or braces";

/** An id of an offer, a batch, a message or a subscriber. */
export const idSchema = z.string({ error: ID_EXPECTED }).refine(isId, { error: ID_EXPECTED });

/** A discount code. */
export const codeSchema = z.string({ error: CODE_EXPECTED }).refine(isCode, { error: CODE_EXPECTED });

export function isId(value: unknown): value is string {
  if (typeof value !== "string") return false;
  return isPlain(value) || (fits(value) && !UNSAFE_IN_ID.test(value) && value.trim() === value);
}

export function isCode(value: unknown): value is string {
  if (typeof value !== "string") return false;
  return isPlain(value) || (fits(value) && !UNSAFE_IN_CODE.test(value));
}

/**
 * The form in which codes are compared and stored: shops read them in any letter case, and keyboards compose accents differently.
 * Upper case first, because only that makes one of `straße10` and `STRASSE10`. Codes are shown as they were uploaded.
 */
export function codeKey(code: string): string {
  if (ASCII.test(code)) return code.toLowerCase();
  return code.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** Whether the text is one of the many short ids and codes of visible ASCII characters without braces. Takes a tenth of the time of the full check. */
function isPlain(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > MOST_BYTES) return false;
  for (let at = 0; at < length; at++) {
    const char = text.charCodeAt(at);
    if (char <= 0x20 || char >= 0x7f || char === OPENING_BRACE || char === CLOSING_BRACE) return false;
  }
  return true;
}

function fits(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= MOST_BYTES &&
    (text.length * 3 <= MOST_BYTES || Buffer.byteLength(text) <= MOST_BYTES)
  );
}
