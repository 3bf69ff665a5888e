import { InvalidInputError } from "../domain/errors.js";
import { ID_EXPECTED, isId } from "../domain/identifier.js";
import type { Batch } from "../domain/offer.js";
import type { CodeRow } from "./codes-file.js";
import { cellDay } from "./instant-text.js";

/** What all codes of a file have in common, where the file does not say. */
export type BatchDefaults = { batch?: string | undefined; startsOn?: string | undefined; endsOn?: string | undefined };

/** Texts of days that are remembered, so that each is read once. */
const MEMO_SIZE = 10_000;

/** Finds the number of a row's batch in `batches`, and opens it there. Rows of different days make different batches. */
export function batchFinder(
  file: string,
  timeZone: string,
  batches: Batch[],
  defaults: BatchDefaults,
): (row: CodeRow) => number {
  const known = new Map<string, number>();
  const numbers = new Map<string, number>();
  let lastText: string | undefined;
  let last = 0;
  return (row) => {
    const { starts_on, ends_on, batch } = row.cells;
    const text = `${starts_on}\n${ends_on}\n${batch}`;
    if (text === lastText) return last;
    let number = known.get(text);
    if (number === undefined) {
      number = openBatch(file, row, batchOfRow(file, row, timeZone, defaults), batches, numbers);
      if (known.size >= MEMO_SIZE) known.clear();
      known.set(text, number);
    }
    lastText = text;
    last = number;
    return number;
  };
}

function openBatch(file: string, row: CodeRow, batch: Batch, batches: Batch[], numbers: Map<string, number>): number {
  const known = numbers.get(batch.id);
  if (known === undefined) {
    numbers.set(batch.id, batches.length);
    return batches.push(batch) - 1;
  }
  const { startsOn, endsOn } = batches[known] as Batch;
  if (startsOn !== batch.startsOn || endsOn !== batch.endsOn) throw differentDaysInBatch(file, row.line, batch.id);
  return known;
}

function batchOfRow(file: string, row: CodeRow, timeZone: string, defaults: BatchDefaults): Batch {
  const startsOn = dayOf(file, row, "starts_on", timeZone) ?? defaults.startsOn;
  const endsOn = dayOf(file, row, "ends_on", timeZone) ?? defaults.endsOn;
  const { line, cells } = row;
  if (startsOn !== undefined && endsOn !== undefined && startsOn > endsOn) {
    throw new InvalidInputError(`${file}: line ${line}: it ends on ${endsOn}, before it starts on ${startsOn}`);
  }
  const isDated = cells.starts_on !== "" || cells.ends_on !== "";
  const named = cells.batch === "" ? undefined : batchName(file, line, cells.batch);
  const id = defaults.batch ?? named ?? (isDated ? daysName(startsOn, endsOn) : fileName(file));
  return { id, ...(startsOn !== undefined && { startsOn }), ...(endsOn !== undefined && { endsOn }) };
}

/** "2026-11-01 to 2026-11-30": the name of a batch that has none but its days. */
export function daysName(startsOn: string | undefined, endsOn: string | undefined): string {
  if (startsOn === undefined) return `until ${endsOn}`;
  return endsOn === undefined ? `from ${startsOn}` : `${startsOn} to ${endsOn}`;
}

function fileName(path: string): string {
  const name = path.split(/[/\\]/).at(-1) as string;
  return path === "standard input" ? "" : name.replace(/\.gz$/i, "").replace(/\.(csv|tsv|txt)$/i, "");
}

function batchName(file: string, line: number, name: string): string {
  if (isId(name as unknown)) return name;
  const got = JSON.stringify(name.slice(0, 40));
  throw new InvalidInputError(`${file}: line ${line}: batch: expected ${ID_EXPECTED}, but got: ${got}`);
}

function dayOf(
  file: string,
  { line, cells }: CodeRow,
  column: "starts_on" | "ends_on",
  timeZone: string,
): string | undefined {
  const text = cells[column];
  if (text === "") return undefined;
  const day = cellDay(text, timeZone, column === "starts_on" ? "start" : "end");
  if (day !== null) return day;
  const got = JSON.stringify(text.slice(0, 40));
  throw new InvalidInputError(`${file}: line ${line}: ${column}: expected a day such as 2026-11-30, but got: ${got}`);
}

function differentDaysInBatch(file: string, line: number, batch: string): InvalidInputError {
  return new InvalidInputError(
    `${file}: line ${line}: these days differ from those above, and one batch ("${batch}") has one pair of days: leave the batch's name out`,
  );
}
