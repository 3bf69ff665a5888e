import { InvalidInputError, invalidInput } from "../../domain/errors.js";
import type { CsvRecord } from "./records.js";

/**
 * The columns to read, each with the names it goes by in a header. The first is required. Letter case, blanks, dots, dashes and
 * underscores of a header do not matter.
 */
export type Columns<Name extends string> = Readonly<Record<Name, readonly string[]>>;

/**
 * What a caller knows of a file.
 * - `header`: whether its first line names the columns. Default: it does where it holds a known name.
 * - `columns`: the columns to read by their names in the header, or by their numbers from 1; no other column is read.
 */
export type LayoutOptions = { header?: boolean | undefined; columns?: Readonly<Record<string, string>> | undefined };

/** `places`: the cell of each column that the file has. `unknown`: names of the other columns, with their cells. */
export type Layout<Name extends string> = {
  hasHeader: boolean;
  width: number;
  places: [Name, number][];
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
  const places = order.map((name, place): [Name, number] => [name, place]);
  return { hasHeader, width: order.length, places, unknown: [] };
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
  const places = found.flatMap((column, place): [Name, number][] => (column === undefined ? [] : [[column, place]]));
  const twice = places.find(([column], at) => places.findIndex(([other]) => other === column) !== at);
  if (twice !== undefined) {
    const names = places.filter(([column]) => column === twice[0]).map(([, place]) => cells[place]);
    const text = `two columns are called ${twice[0]} (${names.join(", ")}): name the one to read (--columns)`;
    throw new InvalidInputError(`${file}: line ${line}: ${text}`);
  }
  const [first] = Object.keys(columns) as [Name];
  if (!found.includes(first)) {
    const text = `there is no column ${first} among ${cells.join(", ")}: name it (--columns ${first}=NAME)`;
    throw new InvalidInputError(`${file}: line ${line}: ${text}`);
  }
  const unknown = cells.flatMap((name, place): [string, number][] =>
    found[place] === undefined && name !== "" ? [[name, place]] : [],
  );
  return { hasHeader: true, width: widthOf(cells), places, unknown };
}

function namedLayout<Name extends string>(
  file: string,
  columns: Columns<Name>,
  header: readonly string[],
  widest: number,
  { columns: named = {}, header: hasHeader = true }: LayoutOptions,
): Layout<Name> {
  const [first] = Object.keys(columns) as [Name];
  const places = Object.entries(named).map(([key, name]): [Name, number] => {
    const column = columnOf(columns, key);
    if (column === undefined) throw invalidInput("columns", `names of ${Object.keys(columns).join(", ")}`, key);
    const place = hasHeader ? header.findIndex((cell) => plainName(cell) === plainName(name)) : Number(name) - 1;
    if (Number.isInteger(place) && place >= 0 && place < widest) return [column, place];
    const among = hasHeader ? `one of ${header.join(", ")}` : `a number from 1 to ${widest}`;
    throw new InvalidInputError(`${file}: columns.${key}: expected ${among}, but got: ${JSON.stringify(name)}`);
  });
  if (!places.some(([column]) => column === first)) throw invalidInput("columns", `a name for ${first}`, named);
  return { hasHeader, width: hasHeader ? widthOf(header) : widest, places, unknown: [] };
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
