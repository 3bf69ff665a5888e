import { expect, test } from "vitest";
import { codeKey, isCode } from "../../src/domain/identifier.js";

test.each([
  ["straße10", "STRASSE10"],
  ["CAFÉ", "cafe\u0301"],
  ["ΟΔΟΣ", "οδος"],
  ["\u0390", "\u0399\u0308\u0301"],
  ["ﬁVE", "FIVE"],
  ["a7k2", "A7K2"],
])("%s and %s are one code", (one, other) => {
  expect(codeKey(one)).toBe(codeKey(other));
  expect(codeKey(codeKey(one))).toBe(codeKey(one));
});

test.each([
  ["a zero width space", "A\u200bB"],
  ["a soft hyphen", "A\u00adB"],
  ["a Hangul filler", "A\u3164B"],
  ["a half-width Hangul filler", "A\uffa0B"],
  ["a combining grapheme joiner", "A\u034fB"],
  ["a variation selector", "A\ufe0fB"],
  ["a blank Braille pattern", "A\u2800B"],
])("%s is no part of a code", (_, code) => {
  expect(isCode(code)).toBe(false);
});
