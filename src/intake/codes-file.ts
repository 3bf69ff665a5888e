import { InvalidInputError } from "../domain/errors.js";
import type { Batch } from "../domain/offer.js";
import { type BatchDefaults, batchFinder } from "./batch-finder.js";
import { whyInvalid, whyNoCode } from "./code-cell.js";
import { type CodeShape, fallsOut, shapeOf, shapeText } from "./code-shape.js";
import { isStateWord, type Standing, standingOf, type Unclear } from "./code-standing.js";
import { CODE_COLUMNS, type CodeColumn, EXPORT_COLUMNS, OTHER_DAYS } from "./column-names.js";
import { type Columns, plainName } from "./csv/columns.js";
import { type CsvRow, type CsvTable, csvTable, type LayoutOptions } from "./csv/table.js";
import type { TextSource } from "./source.js";

const MOST_REFUSED = 1000;
/** More codes of another shape than this, and this part of all, are no slips: the file holds two kinds of codes. */
const MANY_ODD = 20;
const ODD_PART = 0.05;

/** A value that is no code, its line, and why it is none. */
export type RefusedLine = { line: number; value: string; why: string };

/**
 * How a codes file is read.
 * - `timeZone`: the offer's, in which days and times without an offset are read.
 * - `anyShape`: take each value that a code may have, whatever it looks like.
 * - `order`: the columns of a file without a header.
 * - `names`: what its columns may be called.
 * - `refuseUnclear`: refuse a row by its line where it does not say clearly whether its code was used. Default: refuse the file.
 */
export type CodesFileOptions = BatchDefaults &
  LayoutOptions & {
    timeZone: string;
    anyShape?: boolean | undefined;
    order?: readonly CodeColumn[];
    names?: Columns<CodeColumn>;
    refuseUnclear?: boolean;
  };

export type CodeRow = {
  readonly line: number;
  readonly code: string;
  readonly standing: Standing;
  readonly cells: Readonly<Record<CodeColumn, string>>;
};

/** A codes file that is read row by row. `batchOf` opens the batch of a row and gives its number in `batches`. */
export type CodesFile = {
  readonly hasHeader: boolean;
  readonly columns: readonly CodeColumn[];
  readonly batches: readonly Batch[];
  readonly refusals: Refusals;
  readonly rows: AsyncIterable<CodeRow[]>;
  batchOf(row: CodeRow): number;
};

/** The values that are no codes: how many, and the first thousand of them by their lines. */
export type Refusals = { refused: number; refusedAt: RefusedLine[] };

const POOL_ORDER = ["code", "starts_on", "ends_on"] as const;

/**
 * Opens a file of codes: its columns are understood, or it is refused with the option that decides it; a value that is no code, or that does not look
 * like the other codes of the file, is refused by its line.
 */
export async function openCodesFile(source: TextSource, options: CodesFileOptions): Promise<CodesFile> {
  const { timeZone, order = POOL_ORDER, names = CODE_COLUMNS, refuseUnclear = false } = options;
  const table = await csvTable(source, names, { ...options, order });
  if (options.columns === undefined) expectUnderstood(source.name, table);
  expectOneSourceOfDays(source.name, table.columns, options);
  const refusals: Refusals = { refused: 0, refusedAt: [] };
  const batches: Batch[] = [];
  const isOwn = table.header.join() === EXPORT_COLUMNS.join();
  return {
    hasHeader: table.hasHeader,
    columns: table.columns,
    batches,
    refusals,
    rows: judged(
      source.name,
      table,
      { timeZone, refuseUnclear, isTrusted: isOwn || options.anyShape === true },
      refusals,
    ),
    batchOf: batchFinder(source.name, timeZone, batches, options),
  };
}

/** The codes of a file that nobody has and nobody used, as `importFile` would add them. */
export async function poolCodes(source: TextSource): Promise<string[]> {
  const { rows } = await openCodesFile(source, { timeZone: "UTC" });
  const codes: string[] = [];
  for await (const handful of rows) {
    for (const { code, standing } of handful) if (standing === "free") codes.push(code);
  }
  return codes;
}

type Judging = { timeZone: string; refuseUnclear: boolean; isTrusted: boolean };

async function* judged(
  name: string,
  table: CsvTable<CodeColumn>,
  { timeZone, refuseUnclear, isTrusted }: Judging,
  refusals: Refusals,
): AsyncGenerator<CodeRow[]> {
  let shape: CodeShape | null | undefined = isTrusted ? null : undefined;
  let [odd, all] = [0, 0];
  const whyRefused = ({ cells: { code }, wrong }: CsvRow<CodeColumn>): string | undefined => {
    const why = wrong ?? whyInvalid(code) ?? (isTrusted ? undefined : whyNoCode(code));
    if (why !== undefined || !shape || !fallsOut(shape, code)) return why;
    odd += 1;
    return `not like the others (${shapeText(shape)})`;
  };
  for await (const rows of table.rows) {
    if (shape === undefined) shape = shapeOf(rows.filter((row) => whyRefused(row) === undefined).map(codeOf));
    const good: CodeRow[] = [];
    for (const row of rows) {
      const why = whyRefused(row);
      const standing = why === undefined ? standingOf(row.cells, timeZone) : undefined;
      if (why !== undefined) refuse(refusals, row.line, row.cells.code, why);
      else if (typeof standing === "string")
        good.push({ line: row.line, code: row.cells.code, cells: row.cells, standing });
      else if (standing !== undefined && !refuseUnclear) throw unclear(name, row.line, standing);
      else if (standing !== undefined) refuse(refusals, row.line, standing.value, `not ${standing.expected}`);
    }
    all += rows.length;
    yield good;
  }
  if (shape && odd > MANY_ODD && odd > all * ODD_PART) throw twoShapes(name, shape, odd, all);
}

function codeOf({ cells }: CsvRow<CodeColumn>): string {
  return cells.code;
}

/** Counts a row that is left out for what it holds. */
export function refuse(refusals: Refusals, line: number, value: string, why: string): void {
  refusals.refused += 1;
  if (refusals.refusedAt.length < MOST_REFUSED) refusals.refusedAt.push({ line, value: value.slice(0, 80), why });
}

function unclear(file: string, line: number, { column, value, expected }: Unclear): InvalidInputError {
  const got = JSON.stringify(value.slice(0, 40));
  return new InvalidInputError(
    `${file}: line ${line}: ${column}: expected ${expected}, but got: ${got}; name the columns to read to leave this one out (--columns)`,
  );
}

const DAY_LIKE = /^\d{4}[-/]\d{1,2}[-/]\d{1,2}|^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|^[A-Z][a-z]{2,8} \d{1,2},? \d{4}/;

/** A column that nothing is known of may hold days or states: codes would then be sent after their end, or after their use. */
function expectUnderstood(file: string, { unknown }: CsvTable<CodeColumn>): void {
  for (const { name, cells } of unknown) {
    const filled = cells.filter((cell) => cell !== "");
    const holds = (isOne: (cell: string) => boolean) => filled.length > 0 && filled.every(isOne);
    const days = holds((cell) => DAY_LIKE.test(cell)) && !OTHER_DAYS.has(plainName(name));
    if (!days && !holds(isStateWord)) continue;
    const meant = days ? `start=${name} or end=${name}` : `state=${name}`;
    const text = `column "${name}" holds ${days ? "days" : "states"}, and its name does not say which`;
    throw new InvalidInputError(
      `${file}: ${text}: name the columns to read (--columns code=...,${meant}), or all but this one`,
    );
  }
}

function expectOneSourceOfDays(file: string, columns: readonly string[], { startsOn, endsOn }: BatchDefaults): void {
  const hasOwn = columns.includes("starts_on") || columns.includes("ends_on");
  if (!hasOwn || (startsOn === undefined && endsOn === undefined)) return;
  throw new InvalidInputError(`${file}: the file has days of its own, so none can be given for all of it`);
}

function twoShapes(file: string, shape: CodeShape, odd: number, all: number): InvalidInputError {
  const text = `${odd} of ${all} codes are not like the first ones (${shapeText(shape)})`;
  return new InvalidInputError(
    `${file}: ${text}: take all of them (--any-shape), or import them as files of their own`,
  );
}
