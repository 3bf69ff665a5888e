import type { Rendered } from "./rendering.js";

const LONGEST_LINE = 120;

/** What a reader sees first of a message: the subject of an email, or else the first line of its text. */
export function firstLine({ parts, html }: Pick<Rendered, "parts" | "html">): string {
  const text = parts.subject ?? html?.plain ?? parts.body ?? "";
  const line = text.split("\n").find((each) => each.trim() !== "") ?? "";
  const short = line.trim().replace(/\s+/g, " ");
  return short.length > LONGEST_LINE ? `${short.slice(0, LONGEST_LINE - 1)}…` : short;
}
