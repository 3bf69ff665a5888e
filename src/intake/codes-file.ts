import { isDay } from "../domain/calendar.js";
import { InvalidInputError } from "../domain/errors.js";
import { isCode } from "../domain/identifier.js";
import type { Batch } from "../domain/offer.js";
import { type CsvRow, csvTable } from "./csv.js";
import type { TextSource } from "./source.js";
import { Spool } from "./spool.js";

const MOST_REFUSED = 1000;
const COLUMNS = {
  code: ["codes", "coupon", "coupon code", "discount code", "promo code", "voucher", "voucher code"],
  starts_on: ["start", "start date", "starts", "valid from"],
  ends_on: ["end", "end date", "ends", "valid until", "expires on"],
} as const;

/** What all codes of a file have in common, where the file does not say. */
export type BatchDefaults = { batch?: string | undefined; startsOn?: string | undefined; endsOn?: string | undefined };

/** A value that is no code, the line it stands in, and why it is none. */
export type RefusedLine = { line: number; value: string; why: string };

/** A codes file, read and checked to its end. `codes`: how many there are. Close the spool when done. */
export type CodesFile = {
  batches: Batch[];
  spool: Spool;
  hasHeader: boolean;
  refused: number;
  refusedAt: RefusedLine[];
};

type CodeRow = CsvRow<keyof typeof COLUMNS>;

/** Reads a codes file to its end before anything is added. Throws an `InvalidInputError` with the line where it is wrong. */
export async function readCodesFile(
  source: TextSource,
  defaults: BatchDefaults,
  onRows: (rows: number) => void = () => {},
): Promise<CodesFile> {
  const spool = await Spool.create();
  try {
    const table = await csvTable(source, COLUMNS);
    const file: CodesFile = { batches: [], spool, hasHeader: table.hasHeader, refused: 0, refusedAt: [] };
    expectOneSourceOfDays(source.name, table.columns, defaults);
    const batchOf = batchFinder(source.name, file.batches, defaults);
    for await (const rows of table.rows) {
      for (const row of rows) {
        const writing = isCode(row.cells.code) ? spool.add(batchOf(row), row.cells.code) : refuse(file, row);
        if (writing !== undefined) await writing;
      }
      onRows(rows.length);
    }
    await spool.finish();
    if (file.batches.length === 0) throw nothingIn(source.name, file);
    return file;
  } catch (error) {
    await spool.close();
    throw error;
  }
}

/** Finds the number of a row's batch. Rows of different days make different batches. */
function batchFinder(name: string, batches: Batch[], defaults: BatchDefaults): (row: CodeRow) => number {
  const known = new Map<string, number>();
  let lastDays: string | undefined;
  let last = 0;
  return (row) => {
    const { starts_on, ends_on } = row.cells;
    const days = `${starts_on} ${ends_on}`;
    if (days === lastDays) return last;
    let place = known.get(days);
    if (place === undefined) {
      place = batches.push(batchOfRow(name, row, defaults)) - 1;
      known.set(days, place);
      if (place > 0 && defaults.batch !== undefined) throw differentDaysInBatch(name, row.line, defaults.batch);
    }
    lastDays = days;
    last = place;
    return place;
  };
}

function batchOfRow(name: string, { line, cells }: CodeRow, defaults: BatchDefaults): Batch {
  const startsOn = dayOf(name, line, "starts_on", cells.starts_on) ?? defaults.startsOn;
  const endsOn = dayOf(name, line, "ends_on", cells.ends_on) ?? defaults.endsOn;
  if (startsOn !== undefined && endsOn !== undefined && startsOn > endsOn) {
    throw new InvalidInputError(`${name}: line ${line}: it ends on ${endsOn}, before it starts on ${startsOn}`);
  }
  const isDated = cells.starts_on !== "" || cells.ends_on !== "";
  const id = defaults.batch ?? (isDated ? daysName(startsOn, endsOn) : fileName(name));
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

function dayOf(name: string, line: number, column: string, text: string): string | undefined {
  if (text === "") return undefined;
  if (isDay(text)) return text;
  throw new InvalidInputError(
    `${name}: line ${line}: ${column}: expected a day such as 2026-11-30, but got: ${JSON.stringify(text.slice(0, 40))}`,
  );
}

function expectOneSourceOfDays(name: string, columns: readonly string[], { startsOn, endsOn }: BatchDefaults): void {
  const hasOwn = columns.includes("starts_on") || columns.includes("ends_on");
  if (!hasOwn || (startsOn === undefined && endsOn === undefined)) return;
  throw new InvalidInputError(`${name}: the file has days of its own, so none can be given for all of it`);
}

function nothingIn(name: string, { refused, refusedAt: [first] }: CodesFile): InvalidInputError {
  const why = first === undefined ? "" : `: ${refused} refused, the first in line ${first.line} for ${first.why}`;
  return new InvalidInputError(`${name}: there is no code in it${why}`);
}

function differentDaysInBatch(name: string, line: number, batch: string): InvalidInputError {
  return new InvalidInputError(
    `${name}: line ${line}: these days differ from those above, and one batch ("${batch}") has one pair of days: leave the batch's name out`,
  );
}

function refuse(file: CodesFile, { line, cells }: CodeRow): undefined {
  file.refused += 1;
  if (file.refusedAt.length < MOST_REFUSED) {
    file.refusedAt.push({ line, value: cells.code.slice(0, 80), why: whyRefused(cells.code) });
  }
}

function whyRefused(value: string): string {
  if (value === "") return "no code";
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value)) return "a control character";
  if (/[\p{Z}]/u.test(value)) return "a blank inside";
  if (/\p{Cf}/u.test(value)) return "an invisible character";
  if (/[{}]/.test(value)) return "a brace";
  return `${Buffer.byteLength(value)} bytes, more than 255`;
}
