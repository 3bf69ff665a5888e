import type { Channel, PartName } from "./api.js";

const LONGEST_LINE = 120;
const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** What a reader sees first of a message: the subject of an email, or else the first line of its text. */
export function firstLine(parts: Partial<Record<PartName, string>>, channel: Channel): string {
  const { subject, body = "" } = parts;
  const text = subject ?? (channel === "email" ? plainText(body) : body);
  const line = text.split("\n").find((each) => each.trim() !== "") ?? "";
  const short = line.trim().replace(/\s+/g, " ");
  return short.length > LONGEST_LINE ? `${short.slice(0, LONGEST_LINE - 1)}…` : short;
}

/** The text of an HTML page, roughly: for one line in a table cell, never shown as HTML. */
export function plainText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<(style|script|title|head)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<\/?(?:p|div|h[1-6]|tr|table|li|br)\b[^>]*>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, name: string) => character(name) ?? whole);
}

function character(name: string): string | undefined {
  if (!name.startsWith("#")) return NAMED[name.toLowerCase()];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
