import stringWidth from "string-width";

/** A table for people: a heading, columns as wide as their longest cell, numbers at the right. */
export function tableText(heading: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "number" ? numberText(cell) : shown(cell))));
  const widths = heading.map((title, at) =>
    Math.max(...[title, ...cells.map((row) => row[at] ?? "")].map((cell) => stringWidth(cell))),
  );
  const isNumber = heading.map((_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === "number"));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => padded(cell, widths[at] as number, isNumber[at] as boolean))
      .join("  ")
      .trimEnd();
  return [heading, ...cells].map(line).join("\n");
}

/** Names and values, one to a line. */
export function fieldsText(fields: readonly (readonly [string, string | number | null])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields
    .map(([name, value]) => {
      const text = value === null ? "-" : typeof value === "number" ? numberText(value) : shown(value);
      return `${name.padEnd(width)}  ${text}`.trimEnd();
    })
    .join("\n");
}

/** 1234567 -> "1,234,567". */
export function numberText(number: number): string {
  return number.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

/** An instant to the minute in a time zone: "2026-11-03 12:00". */
export function timeText(at: Date | number | null, timeZone: string): string {
  if (at === null) return "-";
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone });
  return format.format(at);
}

/** What others wrote must not move the cursor of a terminal. */
function shown(text: string): string {
  return text.replace(/\p{Cc}/gu, "\uFFFD");
}

function padded(cell: string, width: number, isNumber: boolean): string {
  const blanks = " ".repeat(width - stringWidth(cell));
  return isNumber ? blanks + cell : cell + blanks;
}
