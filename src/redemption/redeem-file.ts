import { InvalidInputError } from "../domain/errors.js";
import type { UnixMs } from "../domain/units.js";
import { type CodeRow, openCodesFile, type RefusedLine } from "../intake/codes-file.js";
import { CODE_COLUMNS } from "../intake/column-names.js";
import type { LayoutOptions } from "../intake/csv/table.js";
import { cellInstant } from "../intake/instant-text.js";
import { type TextSource, textSource } from "../intake/source.js";
import type { Redeemer, Redemption } from "../store/store.js";

/** Codes on their way to the store at one time. */
const AT_ONCE = 250;
const MOST_LISTED = 1000;
/** In a list of orders the only day is that of the redemption. */
const NAMES = { ...CODE_COLUMNS, redeemed_at: [...CODE_COLUMNS.redeemed_at, "at", "date", "order date"] };
const ORDER = ["code", "redeemed_at"] as const;
/** Columns that say whether a code was used. */
const SAY_USED = ["state", "used", "uses", "redeemed_at"] as const;

type Line = { line: number; code: string };
type Row = Line & { at: UnixMs };

/**
 * What became of a file of redemptions. `notRedeemed`: codes that were not used, as the file says. `unknown`: codes that no offer has, `refused`: values
 * that are no codes or no instants; the first thousand of each by their line.
 */
export type RedeemFileReport = {
  redeemed: number;
  alreadyRedeemed: number;
  notRedeemed: number;
  unknown: number;
  unknownAt: Line[];
  refused: number;
  refusedAt: RefusedLine[];
};

/** How `redeemFile` reads a file. `header`, `columns`: as of `importFile`. */
export type RedeemFileOptions = LayoutOptions & {
  /** The instant of a line without `redeemed_at`; a number is Unix milliseconds. */
  at: Date | UnixMs;
  /** Called with the number of lines so far, and the part of the file that is read (0 to 1; `null` if its size is unknown). */
  onProgress?: (lines: number, part: number | null) => void;
};

/**
 * Marks the codes of a CSV file as redeemed: a column `code`, and optionally `redeemed_at` (2026-11-30 or 2026-11-30T18:00:00Z, in UTC where
 * it says no offset). Where columns say which codes were used (`redeemed_at`, `used`, `times used`, `state`), only those are. Running
 * it again changes nothing.
 *
 * @example
 * const { redeemed, unknownAt } = await redeemFile(store, "orders.csv", { at: new Date() });
 */
export async function redeemFile(
  store: Redeemer,
  file: string | TextSource,
  { at, onProgress, header, columns }: RedeemFileOptions,
): Promise<RedeemFileReport> {
  const source = typeof file === "string" ? textSource(file) : file;
  const counts = { redeemed: 0, alreadyRedeemed: 0, notRedeemed: 0, unknown: 0, unknownAt: [] };
  const reading = { names: NAMES, order: ORDER, timeZone: "UTC", anyShape: true, refuseUnclear: true };
  const codes = await openCodesFile(source, { header, columns, ...reading });
  const report: RedeemFileReport = Object.assign(codes.refusals, counts);
  const saysUsed = SAY_USED.some((column) => codes.columns.includes(column));
  const rowOf = rowReader(report, saysUsed, Number(at));
  let waiting: Row[] = [];
  let lines = 0;
  for await (const rows of codes.rows) {
    for (const row of rows) {
      const read = rowOf(row);
      if (read !== null) waiting.push(read);
      if (waiting.length < AT_ONCE) continue;
      await redeemAll(store, waiting, report);
      waiting = [];
      onProgress?.(lines, source.progress());
    }
    lines += rows.length;
  }
  await redeemAll(store, waiting, report);
  if (lines + report.refused === 0) throw new InvalidInputError(`${source.name}: there is no code in it`);
  return report;
}

/** What to redeem of a row, or `null`. */
function rowReader(report: RedeemFileReport, saysUsed: boolean, at: UnixMs): (row: CodeRow) => Row | null {
  return (row) => {
    if (saysUsed && row.standing !== "used") {
      report.notRedeemed += 1;
      return null;
    }
    const { line, code, cells } = row;
    return { line, code, at: cellInstant(cells.redeemed_at, "UTC") ?? at };
  };
}
async function redeemAll(store: Redeemer, rows: readonly Row[], report: RedeemFileReport): Promise<void> {
  const redemptions = await Promise.all(rows.map(({ code, at }) => store.redeem(code, at)));
  redemptions.forEach((redemption, index) => {
    count(report, redemption, rows[index] as Row);
  });
}

function count(report: RedeemFileReport, { status }: Pick<Redemption, "status">, { line, code }: Row): void {
  if (status === "redeemed") report.redeemed += 1;
  else if (status === "already-redeemed") report.alreadyRedeemed += 1;
  else {
    report.unknown += 1;
    if (report.unknownAt.length < MOST_LISTED) report.unknownAt.push({ line, code });
  }
}
