import { Buffer } from "node:buffer";
import { isCode } from "../domain/identifier.js";
import { CODE_COLUMNS } from "./column-names.js";
import { plainName } from "./csv/columns.js";

/** Words that people and programs write in a column of codes. */
const WORDS = new Set([
  ...["required", "required?", "optional", "explanation", "example", "options", "header", "total", "totals", "total:"],
  ...["subtotal", "sum", "count", "n/a", "na", "null", "none", "nil", "nan", "undefined", "true", "false", "yes", "no"],
  ...["eof", "end", "(null)", "<null>", "-", "--"],
]);

const COLUMN_NAMES = new Set(
  Object.entries(CODE_COLUMNS).flatMap(([name, others]) => [name, ...others].map(plainName)),
);

const NOT_CODES: readonly [RegExp, string][] = [
  [/[,;\t|]/, "a delimiter"],
  [/["'`´‘’‚‛“”„‟«»]/, "a quote"],
  [/^#(REF|N\/A|NAME|VALUE|DIV\/0|NULL|NUM|SPILL|CALC)[!?]?$/i, "an error of a spreadsheet"],
  [/^\d+([.,]\d+)?E[+-]\d+$/i, "a number that a spreadsheet has shortened"],
  [/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an email address"],
  [/^https?:\/\//i, "a web address"],
  [/^(\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})/, "a day"],
  [/^[=+\-@＝＋－＠]/, "the beginning of a formula"],
];

/** Why a value is no code in any file, or `undefined`. */
export function whyInvalid(value: string): string | undefined {
  if (isCode(value)) return undefined;
  if (value === "") return "no code";
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value)) return "a control character";
  if (/[\p{Z}\u2800]/u.test(value)) return "a blank inside";
  if (/[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(value)) return "an invisible character";
  if (/[{}]/.test(value)) return "a brace";
  return `${Buffer.byteLength(value)} bytes, more than 255`;
}

const PLAIN = /^[A-Za-z][A-Za-z0-9_-]*\d[A-Za-z0-9_-]*$/;

/** Why a value that could be a code is more likely something else that files hold, or `undefined`. */
export function whyNoCode(value: string): string | undefined {
  // Letters and then digits are what nearly all codes are.
  if (PLAIN.test(value)) return undefined;
  for (const [pattern, why] of NOT_CODES) if (pattern.test(value)) return why;
  if (WORDS.has(value.toLowerCase()) || COLUMN_NAMES.has(plainName(value))) return "a word, not a code";
  return undefined;
}
