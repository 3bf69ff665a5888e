import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type CsvError, parse } from "csv-parse";
import { InvalidInputError } from "../errors.js";
import type { TextSource } from "./source.js";

/**
 * The columns to read, in the order they have where the file has no header, each with the names it goes by in a header.
 * The first is required. Letter case, blanks, dashes and underscores of a header do not matter.
 */
export type Columns<Name extends string> = Readonly<Record<Name, readonly string[]>>;

/** A record of a CSV file. `line`: where it begins, from 1. Cells that the file does not have are "". */
export type CsvRow<Name extends string> = { readonly line: number; readonly cells: Readonly<Record<Name, string>> };

export type CsvTable<Name extends string> = {
  readonly hasHeader: boolean;
  /** The columns that the file has. */
  readonly columns: readonly Name[];
  /** Empty lines are left out. */
  readonly rows: AsyncIterable<CsvRow<Name>>;
};

/** A record that is longer than this has a quote that was never closed. */
const LONGEST_RECORD = 128 * 1024;
const DELIMITERS = [",", ";", "\t"];

type Layout<Name extends string> = { hasHeader: boolean; places: [Name, number][] };

/** Reads a CSV file row by row: a header or none, LF or CRLF, quotes, and `,`, `;` or tabs between cells. */
export async function csvTable<Name extends string>(
  source: TextSource,
  columns: Columns<Name>,
): Promise<CsvTable<Name>> {
  const records = recordsOf(source, columns);
  const first = await records.next();
  const layout = layoutOf(source.name, columns, first.done ? [""] : first.value.cells);
  const names = Object.keys(columns) as Name[];
  const row = ({ line, cells }: CsvRecord): CsvRow<Name> => {
    const named = Object.fromEntries(names.map((name) => [name, ""])) as Record<Name, string>;
    for (const [name, place] of layout.places) named[name] = (cells[place] ?? "").trim();
    return { line, cells: named };
  };
  async function* rows(): AsyncGenerator<CsvRow<Name>> {
    if (!first.done && !layout.hasHeader && !isEmpty(first.value.cells)) yield row(first.value);
    for await (const record of records) if (!isEmpty(record.cells)) yield row(record);
  }
  return { hasHeader: layout.hasHeader, columns: layout.places.map(([name]) => name), rows: rows() };
}

type CsvRecord = { line: number; cells: string[] };

async function* recordsOf(source: TextSource, columns: Columns<string>): AsyncGenerator<CsvRecord> {
  const text = source.text()[Symbol.asyncIterator]();
  const start = await text.next();
  const parser = parse({
    delimiter: delimiterOf(start.done ? "" : start.value, columns),
    record_delimiter: ["\r\n", "\n"],
    relax_column_count: true,
    trim: true,
    max_record_size: LONGEST_RECORD,
  });
  const whole = (async function* () {
    if (!start.done) yield start.value;
    yield* { [Symbol.asyncIterator]: () => text };
  })();
  const feeding = pipeline(Readable.from(whole), parser).catch(() => {});
  let line = 1;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      yield { line, cells };
      line += 1 + lineBreaksIn(cells);
    }
  } catch (error) {
    throw csvComplaint(source.name, line, error);
  } finally {
    parser.destroy();
    await feeding;
  }
}

function lineBreaksIn(cells: readonly string[]): number {
  let breaks = 0;
  for (const cell of cells) if (cell.includes("\n")) breaks += cell.split("\n").length - 1;
  return breaks;
}

function csvComplaint(name: string, line: number, error: unknown): unknown {
  const { code = "" } = error as CsvError;
  if (!code.startsWith("CSV_")) return error;
  if (code === "CSV_QUOTE_NOT_CLOSED" || code === "CSV_MAX_RECORD_SIZE") {
    return new InvalidInputError(`${name}: line ${line}: a quote is opened and never closed`);
  }
  return new InvalidInputError(`${name}: line ${line}: a quote stands in the middle of a cell; write it twice ("")`);
}

/** A comma, unless the first line makes sense with another one only. */
function delimiterOf(text: string, columns: Columns<string>): string {
  const [line = ""] = text.split("\n", 1);
  const makesSense = (delimiter: string) => {
    const [first = "", ...rest] = line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
    const isHeader = [first, ...rest].some((cell) => columnOf(columns, cell) !== undefined);
    return rest.length > 0 && (isHeader || rest.some((cell) => /^\d{4}-\d{2}-\d{2}/.test(cell)));
  };
  return DELIMITERS.find(makesSense) ?? ",";
}

function layoutOf<Name extends string>(name: string, columns: Columns<Name>, cells: readonly string[]): Layout<Name> {
  const names = Object.keys(columns) as Name[];
  const found = cells.map((cell) => columnOf(columns, cell));
  if (found.every((column) => column === undefined)) {
    if (cells.length <= names.length) return { hasHeader: false, places: inOrder(names.slice(0, cells.length)) };
    throw new InvalidInputError(
      `${name}: line 1: ${cells.length} columns and no header: name them in the first line (${names.join(", ")})`,
    );
  }
  const places = found.flatMap((column, place): [Name, number][] => (column === undefined ? [] : [[column, place]]));
  const twice = places.find(([column], at) => places.findIndex(([other]) => other === column) !== at);
  if (twice !== undefined) throw new InvalidInputError(`${name}: line 1: two columns are called ${twice[0]}`);
  if (!found.includes(names[0])) throw new InvalidInputError(`${name}: line 1: there is no column ${names[0]}`);
  return { hasHeader: true, places };
}

function inOrder<Name>(names: readonly Name[]): [Name, number][] {
  return names.map((name, place) => [name, place]);
}

function columnOf<Name extends string>(columns: Columns<Name>, cell: string): Name | undefined {
  const plain = cell.toLowerCase().replace(/[\s_-]+/g, "");
  for (const [name, aliases] of Object.entries(columns) as [Name, readonly string[]][]) {
    if ([name, ...aliases].some((each) => each.toLowerCase().replace(/[\s_-]+/g, "") === plain)) return name;
  }
  return undefined;
}

function isEmpty(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}
