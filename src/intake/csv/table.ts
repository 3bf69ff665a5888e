import type { TextSource } from "../source.js";
import { type Columns, type LayoutOptions, layoutOf, widthOf } from "./columns.js";
import { dialectOf } from "./dialect.js";
import { type CsvRecord, csvRecords } from "./records.js";

export type { Columns, LayoutOptions } from "./columns.js";

/**
 * A record of a CSV file. `line`: where it begins, from 1. Cells that the file does not have are "". `wrong`: why the record cannot be
 * read by the columns, where it cannot.
 */
export type CsvRow<Name extends string> = {
  readonly line: number;
  readonly cells: Readonly<Record<Name, string>>;
  readonly wrong?: string;
};

export type CsvTable<Name extends string> = {
  readonly hasHeader: boolean;
  /** The names in the header, and none where there is no header. */
  readonly header: readonly string[];
  /** The columns that the file has. */
  readonly columns: readonly Name[];
  /** The other columns of the header, each with its cells in the first block. */
  readonly unknown: readonly { name: string; cells: string[] }[];
  /** Some at a time, the first of them from the file's first block. Empty lines are left out. */
  readonly rows: AsyncIterable<CsvRow<Name>[]>;
};

/** `order`: the columns of a file without a header. Default: all. */
export type TableOptions<Name extends string> = LayoutOptions & { order?: readonly Name[] };

/**
 * Reads a CSV file row by row: a header or none, LF, CRLF or CR, quotes, and `,`, `;`, `|` or tabs between cells. An apostrophe that keeps
 * a spreadsheet from running a cell as a formula is removed, and so is the `="..."` that keeps it from changing a number.
 */
export async function csvTable<Name extends string>(
  source: TextSource,
  columns: Columns<Name>,
  options: TableOptions<Name> = {},
): Promise<CsvTable<Name>> {
  const records = filled(csvRecords(source, (block) => dialectOf(block, columns)));
  const { value: first = [] } = await records.next();
  const order = options.order ?? (Object.keys(columns) as Name[]);
  const { hasHeader, positions, unknown, width } = layoutOf(source.name, columns, order, first, options);
  const header = hasHeader ? (first[0]?.cells ?? []) : [];
  const empty = Object.fromEntries(Object.keys(columns).map((name) => [name, ""])) as Record<Name, string>;
  const rowOf = ({ line, cells }: CsvRecord): CsvRow<Name> => {
    const named = { ...empty };
    for (const [name, position] of positions) named[name] = plainCell(cells[position] ?? "");
    const wrong = whyWrong(cells, header, width);
    return wrong === undefined ? { line, cells: named } : { line, cells: named, wrong };
  };
  const body = first.slice(hasHeader ? 1 : 0);
  async function* rows(): AsyncGenerator<CsvRow<Name>[]> {
    yield body.map(rowOf);
    for await (const handful of records) yield handful.map(rowOf);
  }
  return {
    hasHeader,
    header,
    columns: positions
      .filter(([, position]) => first.some(({ cells }) => position < cells.length))
      .map(([name]) => name),
    unknown: unknown.map(([name, position]) => ({
      name,
      cells: body.map(({ cells }) => cells[position]?.trim() ?? ""),
    })),
    rows: rows(),
  };
}

/** Leaves out empty lines, and handfuls without a record. */
async function* filled(handfuls: AsyncIterable<CsvRecord[]>): AsyncGenerator<CsvRecord[], undefined> {
  for await (const handful of handfuls) {
    const records = handful.filter(({ cells }) => widthOf(cells) > 0);
    if (records.length > 0) yield records;
  }
}

function whyWrong(cells: readonly string[], header: readonly string[], width: number): string | undefined {
  if (cells.length > width && widthOf(cells) > width) return `${widthOf(cells)} cells in a file of ${width} columns`;
  const [first] = header;
  if (first === undefined || cells[0] !== first) return undefined;
  return header.every((name, position) => cells[position] === name) ? "the header again" : undefined;
}

const GUARDED = /^'(?='*\s*[=+\-@＝＋－＠])/;
const AS_TEXT = /^="([^"]*)"$/;

function plainCell(cell: string): string {
  const text = cell.trim();
  const first = text[0];
  if (first === "'") return text.replace(GUARDED, "");
  return first === "=" ? text.replace(AS_TEXT, "$1") : text;
}
