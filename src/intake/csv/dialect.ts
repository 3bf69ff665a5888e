import { type Columns, columnOf } from "./columns.js";
import { type Dialect, FIRST_BLOCK, recordsOf } from "./records.js";

const DELIMITERS = [",", ";", "\t", "|"];
/** Records that the form is learned from. */
const SAMPLE = 200;
/** The part of the records that have to agree. */
const MOST = 0.9;

/** The line by which a spreadsheet program names the delimiter of a file: `sep=;`. */
const SEPARATOR_LINE = /^\uFEFF?"?sep=([,;\t|])"?[,;\t|]*(?:\r\n|\n|\r|$)/i;
const DAY = /^\d{4}[-/]\d{2}[-/]\d{2}/;

/** How a file is written, learned from its whole first block. A comma parts its cells unless only another character makes sense. */
export async function dialectOf(block: string, columns: Columns<string>): Promise<Dialect> {
  const recordEnds = /\n/.test(block) || !block.includes("\r") ? ["\r\n", "\n"] : ["\r"];
  const separator = SEPARATOR_LINE.exec(block);
  const skip = separator?.[0].length ?? 0;
  if (separator?.[1] !== undefined) return { delimiter: separator[1], recordEnds, skip };
  let best = { delimiter: ",", known: 0 };
  for (const delimiter of DELIMITERS) {
    const records = await recordsOf(block, { delimiter, recordEnds }, block.length < FIRST_BLOCK);
    const filled = records.filter((cells) => cells.some((cell) => cell !== "")).slice(0, SAMPLE);
    const known = knownColumns(filled[0] ?? [], columns);
    if (known > best.known) best = { delimiter, known };
    else if (best.known === 0 && best.delimiter === "," && known === 0 && isDated(filled)) best = { delimiter, known };
  }
  return { delimiter: best.delimiter, recordEnds, skip };
}

function knownColumns(cells: readonly string[], columns: Columns<string>): number {
  return cells.length < 2 ? 0 : cells.filter((cell) => columnOf(columns, cell) !== undefined).length;
}

/** Without a header: each record has a code, and behind it days or nothing. */
function isDated(records: readonly string[][]): boolean {
  const agree = records.filter(([, ...rest]) => {
    const filled = rest.filter((cell) => cell !== "");
    return rest.length > 0 && (filled.length === 0 || filled.some((cell) => DAY.test(cell)));
  });
  return records.length > 0 && agree.length >= records.length * MOST;
}
