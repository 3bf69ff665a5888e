import type { CodeColumn } from "./column-names.js";
import { cellInstant } from "./instant-text.js";

/** What a file says of a code: nobody has it; somebody has it; it was used; its time is over; it was taken out of use. */
export type Standing = "free" | "held" | "used" | "expired" | "void";

const STATES: Readonly<Record<Standing, readonly string[]>> = {
  free: [
    ...["", "active", "enabled", "available", "unused", "new", "valid", "publish", "published", "unassigned", "open"],
    ...["ready", "live", "free", "not used", "not redeemed", "unredeemed", "created", "generated", "imported", "ok"],
    ...["scheduled", "upcoming", "yes", "true", "1", "on", "y"],
  ],
  held: [
    ...["assigned", "assigned to profile", "issued", "sent", "claimed", "distributed", "given out", "delivered"],
    ...["reserved", "allocated", "processing", "taken"],
  ],
  used: ["used", "redeemed", "fully redeemed", "consumed", "spent", "depleted", "exhausted", "applied"],
  expired: ["expired", "ended", "over", "past", "outdated"],
  void: [
    ...["inactive", "disabled", "void", "voided", "cancelled", "canceled", "deleted", "draft", "trash", "archived"],
    ...["blocked", "revoked", "suspended", "paused", "invalid", "deactivated", "private", "pending", "unpublished"],
    ...["version not active", "no", "false", "0", "off", "n"],
  ],
};
const STANDING_OF = new Map(
  Object.entries(STATES).flatMap(([standing, words]) => words.map((word) => [word, standing as Standing] as const)),
);
const NOT_USED = new Set([
  "",
  "0",
  "0.0",
  "no",
  "false",
  "n",
  "off",
  "-",
  "never",
  "none",
  "null",
  "not used",
  "unused",
]);
const USED = new Set(["yes", "true", "y", "on", "x", "used", "redeemed"]);

/** Whether a word is a state: a column of such words is one of states, whatever its name. */
export function isStateWord(text: string): boolean {
  const word = plainWord(text);
  return word.length > 3 && !["true", "false", "null"].includes(word) && STANDING_OF.has(word);
}

/** A cell whose column says whether a code was used, and whose value is none of those known. */
export type Unclear = { column: CodeColumn; value: string; expected: string };

/** What the cells of a row say of its code. */
export function standingOf(cells: Readonly<Record<CodeColumn, string>>, timeZone: string): Standing | Unclear {
  const state = STANDING_OF.get(plainWord(cells.state));
  if (state === undefined)
    return { column: "state", value: cells.state, expected: "a word such as active, used or expired" };
  if (state === "void" || state === "used") return state;
  for (const column of ["used", "uses", "redeemed_at"] as const) {
    const use = cells[column] === "" ? false : useOf(cells[column], column, timeZone);
    if (use === true) return "used";
    if (use !== false) return use;
  }
  if (state !== "free") return state;
  return cells.subscriber_id !== "" || cells.issued_at !== "" ? "held" : "free";
}

function useOf(value: string, column: CodeColumn, timeZone: string): boolean | Unclear {
  const word = plainWord(value);
  if (NOT_USED.has(word)) return false;
  if (USED.has(word) || /^\d{1,6}(\.0)?$/.test(word) || cellInstant(value, timeZone) !== null) return true;
  const isInstant = column === "redeemed_at";
  return { column, value, expected: isInstant ? "an instant such as 2026-11-30T18:00:00Z" : "a number, yes or no" };
}

function plainWord(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
    .trim();
}
