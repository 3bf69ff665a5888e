import { InvalidInputError, invalidInput } from "../../domain/errors.js";
import type { CsvRecord } from "./records.js";

/**
 * The columns to read, each with the names it goes by in a header. The first is required. Letter case, blanks, dots, dashes and
 * underscores of a header do not matter.
 */
export type Columns<Name extends string> = Readonly<Record<Name, readonly string[]>>;

/**
 * How a file is laid out, as far as the caller says.
 * - `header`: whether its first line names the columns. Default: it does where it holds a known name.
 * - `columns`: the columns to read by their names in the header, or by their numbers from 1; no other column is read.
 */
export type LayoutOptions = { header?: boolean | undefined; columns?: Readonly<Record<string, string>> | undefined };

/** `positions`: the cell of each column that the file has. `unknown`: names of the other columns, with their cells. */
export type Layout<Name extends string> = {
  hasHeader: boolean;
  width: number;
  positions: [Name, number][];
  unknown: [string, number][];
};

/** Where a row may still name the columns, below lines that say what the file is. */
const HEADER_SEARCH = 20;

/** Finds the columns of a file in its first records. `order`: the columns of a file without a header. Throws where they are not understood. */
export function layoutOf<Name extends string>(
  file: string,
  columns: Columns<Name>,
  order: readonly Name[],
  records: readonly CsvRecord[],
  options: LayoutOptions,
): Layout<Name> {
  const { line, cells } = records[0] ?? { line: 1, cells: [""] };
  const widest = records.slice(0, HEADER_SEARCH).reduce((most, record) => Math.max(most, widthOf(record.cells)), 1);
  if (options.columns !== undefined) return namedLayout(file, columns, cells, widest, options);
  const found = cells.map((cell) => columnOf(columns, cell));
  const hasHeader = options.header ?? found.some((column) => column !== undefined);
  if (hasHeader) return headerLayout(file, line, columns, cells, found);
  expectNoLaterHeader(file, columns, records);
  if (widest > order.length) {
    const text = `line ${line}: ${widest} columns and no header: name them in the first line (${order.join(", ")})`;
    throw new InvalidInputError(`${file}: ${text}`);
  }
  const positions = order.map((name, position): [Name, number] => [name, position]);
  return { hasHeader, width: order.length, positions, unknown: [] };
}

/** The column that goes by this name. */
export function columnOf<Name extends string>(columns: Columns<Name>, cell: string): Name | undefined {
  const plain = plainName(cell);
  for (const [name, aliases] of Object.entries(columns) as [Name, readonly string[]][]) {
    if ([name, ...aliases].some((each) => plainName(each) === plain)) return name;
  }
  return undefined;
}

export function plainName(cell: string): string {
  return cell.toLowerCase().replace(/[\s_.-]+/g, "");
}

function headerLayout<Name extends string>(
  file: string,
  line: number,
  columns: Columns<Name>,
  cells: readonly string[],
  found: readonly (Name | undefined)[],
): Layout<Name> {
  const positions = found.flatMap((column, position): [Name, number][] =>
    column === undefined ? [] : [[column, position]],
  );
  const twice = positions.find(([column], at) => positions.findIndex(([other]) => other === column) !== at);
  if (twice !== undefined) {
    const names = positions.filter(([column]) => column === twice[0]).map(([, position]) => cells[position]);
    const text = `two columns are called ${twice[0]} (${names.join(", ")}): name the one to read (--columns)`;
    throw new InvalidInputError(`${file}: line ${line}: ${text}`);
  }
  const [first] = Object.keys(columns) as [Name];
  if (!found.includes(first)) {
    const text = `there is no column ${first} among ${cells.join(", ")}: name it (--columns ${first}=NAME)`;
    throw new InvalidInputError(`${file}: line ${line}: ${text}`);
  }
  const unknown = cells.flatMap((name, position): [string, number][] =>
    found[position] === undefined && name !== "" ? [[name, position]] : [],
  );
  return { hasHeader: true, width: widthOf(cells), positions, unknown };
}

function namedLayout<Name extends string>(
  file: string,
  columns: Columns<Name>,
  header: readonly string[],
  widest: number,
  { columns: named = {}, header: hasHeader = true }: LayoutOptions,
): Layout<Name> {
  const [first] = Object.keys(columns) as [Name];
  const positions = Object.entries(named).map(([key, name]): [Name, number] => {
    const column = columnOf(columns, key);
    if (column === undefined) throw invalidInput("columns", `names of ${Object.keys(columns).join(", ")}`, key);
    const position = hasHeader ? header.findIndex((cell) => plainName(cell) === plainName(name)) : Number(name) - 1;
    if (Number.isInteger(position) && position >= 0 && position < widest) return [column, position];
    const among = hasHeader ? `one of ${header.join(", ")}` : `a number from 1 to ${widest}`;
    throw new InvalidInputError(`${file}: columns.${key}: expected ${among}, but got: ${JSON.stringify(name)}`);
  });
  if (!positions.some(([column]) => column === first)) throw invalidInput("columns", `a name for ${first}`, named);
  return { hasHeader, width: hasHeader ? widthOf(header) : widest, positions, unknown: [] };
}

/** Lines that say what the file is would make its header a row, and its first column the codes. */
function expectNoLaterHeader(file: string, columns: Columns<string>, records: readonly CsvRecord[]): void {
  const [first] = Object.keys(columns);
  const later = records
    .slice(0, HEADER_SEARCH)
    .find(({ cells }) => widthOf(cells) > 1 && cells.some((cell) => columnOf(columns, cell) === first));
  if (later === undefined) return;
  throw new InvalidInputError(`${file}: line ${later.line} names the columns: remove the lines above it`);
}

/** Cells without the empty ones at the end. */
export function widthOf(cells: readonly string[]): number {
  let width = cells.length;
  while (width > 0 && (cells[width - 1] as string).trim() === "") width -= 1;
  return width;
}
