import { type CsvError, Parser } from "csv-parse";
import { InvalidInputError } from "../domain/errors.js";
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
  /** Some at a time. Empty lines are left out. */
  readonly rows: AsyncIterable<CsvRow<Name>[]>;
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
  const records = filled(recordsOf(source, columns));
  const { value: first = [] } = await records.next();
  const { hasHeader, places } = layoutOf(source.name, columns, first[0]?.cells ?? [""]);
  const empty = Object.fromEntries(Object.keys(columns).map((name) => [name, ""])) as Record<Name, string>;
  const rowOf = ({ line, cells }: CsvRecord): CsvRow<Name> => {
    const named = { ...empty };
    for (const [name, place] of places) named[name] = (cells[place] ?? "").trim();
    return { line, cells: named };
  };
  async function* rows(): AsyncGenerator<CsvRow<Name>[]> {
    yield first.slice(hasHeader ? 1 : 0).map(rowOf);
    for await (const handful of records) yield handful.map(rowOf);
  }
  return { hasHeader, columns: places.map(([name]) => name), rows: rows() };
}

/** Leaves out empty lines, and handfuls without a record. */
async function* filled(handfuls: AsyncIterable<CsvRecord[]>): AsyncGenerator<CsvRecord[], undefined> {
  for await (const handful of handfuls) {
    const records = handful.filter(({ cells }) => !isEmpty(cells));
    if (records.length > 0) yield records;
  }
}

type CsvRecord = { line: number; cells: string[] };

/** The records in handfuls: waiting for each one would take longer than reading it. */
async function* recordsOf(source: TextSource, columns: Columns<string>): AsyncGenerator<CsvRecord[]> {
  let parser: RecordParser | undefined;
  let line = 1;
  const numbered = (records: readonly string[][]) =>
    records.map((cells) => {
      const record = { line, cells };
      line += 1 + lineBreaksIn(cells);
      return record;
    });
  for await (const text of withFirstLineWhole(source.text())) {
    parser ??= new RecordParser(delimiterOf(text, columns));
    const error = await parser.feed(text);
    yield numbered(parser.taken());
    if (error) throw csvComplaint(source.name, line, error);
  }
  const error = await parser?.finish();
  if (parser !== undefined) yield numbered(parser.taken());
  if (error) throw csvComplaint(source.name, line, error);
}

/** The first line tells what stands between cells, so it comes in one piece. */
async function* withFirstLineWhole(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let start: string | undefined = "";
  for await (const chunk of chunks) {
    if (start === undefined) yield chunk;
    else {
      start += chunk;
      if (!/\S.*\n/.test(start) && start.length < LONGEST_RECORD) continue;
      yield start;
      start = undefined;
    }
  }
  if (start !== undefined) yield start;
}

/** Keeps the records that stand before a mistake: a stream would drop those that nobody has read yet. */
class RecordParser extends Parser {
  #records: string[][] = [];

  constructor(delimiter: string) {
    super({
      delimiter,
      record_delimiter: ["\r\n", "\n"],
      relax_column_count: true,
      trim: true,
      max_record_size: LONGEST_RECORD,
    });
    this.on("error", () => {});
  }

  override push(record: string[] | null): boolean {
    if (record !== null) this.#records.push(record);
    return true;
  }

  feed(text: string): Promise<Error | null | undefined> {
    return new Promise((resolve) => this.write(text, resolve));
  }

  /** The record that stands at the end may be whole now. */
  finish(): Promise<Error | null | undefined> {
    return new Promise((resolve) => {
      this.once("error", resolve);
      this.end(() => resolve(null));
    });
  }

  taken(): string[][] {
    const records = this.#records;
    this.#records = [];
    return records;
  }
}

function lineBreaksIn(cells: readonly string[]): number {
  let breaks = 0;
  for (const cell of cells) if (cell.includes("\n")) breaks += cell.split("\n").length - 1;
  return breaks;
}

function csvComplaint(name: string, line: number, error: unknown): unknown {
  const { code = "", lines } = error as CsvError & { lines?: number };
  if (code === "CSV_QUOTE_NOT_CLOSED" || code === "CSV_MAX_RECORD_SIZE") {
    return new InvalidInputError(`${name}: line ${line}: a quote is opened and never closed`);
  }
  return new InvalidInputError(
    `${name}: line ${lines ?? line}: a quote stands in the middle of a cell; write it twice ("")`,
  );
}

/** A comma, unless the first line makes sense with another one only. */
function delimiterOf(text: string, columns: Columns<string>): string {
  const line = /^.*\S.*$/m.exec(text)?.[0] ?? "";
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
