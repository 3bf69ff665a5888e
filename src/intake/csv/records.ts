import { type CsvError, Parser } from "csv-parse";
import { InvalidInputError } from "../../domain/errors.js";
import type { TextSource } from "../source.js";

/** A record that is longer than this has a quote that was never closed. */
const LONGEST_RECORD = 128 * 1024;
/** Characters of a file from which its form is learned. */
export const FIRST_BLOCK = 64 * 1024;

export type CsvRecord = { line: number; cells: string[] };

/** How a file is written. `recordEnds`: CR alone only where the file has no LF. `skip`: characters before its first record. */
export type Dialect = { delimiter: string; recordEnds: string[]; skip: number };

/**
 * The records of a file in handfuls: waiting for each one would take longer than reading it. The first handful comes from the whole first
 * block, by which `detect` decides how the file is written.
 */
export async function* csvRecords(
  source: TextSource,
  detect: (block: string) => Promise<Dialect>,
): AsyncGenerator<CsvRecord[]> {
  let parser: RecordParser | undefined;
  let line = 1;
  const numbered = (records: readonly string[][]) =>
    records.map((cells) => {
      const record = { line, cells };
      line += 1 + lineBreaksIn(cells);
      return record;
    });
  for await (const text of withFirstBlockWhole(source.text())) {
    const dialect: Dialect | undefined = parser === undefined ? await detect(text) : undefined;
    parser ??= new RecordParser(dialect?.delimiter, dialect?.recordEnds);
    if (dialect !== undefined && dialect.skip > 0) line += 1;
    const isWhole = dialect !== undefined && text.length < FIRST_BLOCK;
    const error = (await parser.feed(text.slice(dialect?.skip ?? 0))) ?? (isWhole ? await parser.finish() : null);
    yield numbered(parser.taken());
    if (error) throw csvError(source.name, line, error);
    if (isWhole) return;
  }
  const error = await parser?.finish();
  if (parser !== undefined) yield numbered(parser.taken());
  if (error) throw csvError(source.name, line, error);
}

/** The records of a piece of text, up to its first mistake. A last record that may go on is left out unless the text is `whole`. */
export async function recordsOf(text: string, dialect: Omit<Dialect, "skip">, whole: boolean): Promise<string[][]> {
  const parser = new RecordParser(dialect.delimiter, dialect.recordEnds);
  const error = await parser.feed(text);
  if (whole && !error) await parser.finish();
  return parser.taken();
}

async function* withFirstBlockWhole(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let start: string | undefined = "";
  for await (const chunk of chunks) {
    if (start === undefined) yield chunk;
    else {
      start += chunk;
      if (start.length < FIRST_BLOCK) continue;
      yield start;
      start = undefined;
    }
  }
  if (start !== undefined) yield start;
}

/** Keeps the records before a mistake: a stream drops those that were not read yet. */
class RecordParser extends Parser {
  #records: string[][] = [];

  constructor(delimiter = ",", recordEnds = ["\n"]) {
    super({
      delimiter,
      record_delimiter: recordEnds,
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

  /** Ends the file: its last record may have no line end. */
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
  for (const cell of cells) if (/[\r\n]/.test(cell)) breaks += cell.split(/\r\n|\n|\r/).length - 1;
  return breaks;
}

function csvError(name: string, line: number, error: unknown): unknown {
  const { code = "", lines } = error as CsvError & { lines?: number };
  if (code === "CSV_QUOTE_NOT_CLOSED" || code === "CSV_MAX_RECORD_SIZE") {
    return new InvalidInputError(`${name}: line ${line}: a quote is opened and never closed`);
  }
  return new InvalidInputError(`${name}: line ${lines ?? line}: a quote in the middle of a cell; write it twice ("")`);
}
