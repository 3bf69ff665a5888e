import { isDay } from "../domain/calendar.js";
import { InvalidInputError } from "../domain/errors.js";
import { isCode } from "../domain/identifier.js";
import type { UnixMs } from "../domain/units.js";
import { csvTable } from "../intake/csv.js";
import { type TextSource, textSource } from "../intake/source.js";
import type { OfferStore, Redemption } from "../store/store.js";

const COLUMNS = {
  code: ["codes", "coupon", "coupon code", "discount code", "promo code", "voucher", "voucher code"],
  redeemed_at: ["at", "date", "redeemed", "used at"],
} as const;
/** Codes on their way to the store at one time. */
const AT_ONCE = 250;
const MOST_LISTED = 1000;

type Line = { line: number; code: string };
type Row = Line & { at: UnixMs };

/**
 * What became of a file of redemptions. `unknown`: codes that no offer has, `refused`: values that are no codes or no instants; the first thousand
 * of each by their line.
 */
export type RedeemFileReport = {
  redeemed: number;
  alreadyRedeemed: number;
  unknown: number;
  unknownAt: Line[];
  refused: number;
  refusedAt: { line: number; value: string; why: string }[];
};

/** How `redeemFile` reads a file. */
export type RedeemFileOptions = {
  /** The instant of a line without `redeemed_at`, Unix milliseconds. */
  at: UnixMs;
  /** Receives the number of lines so far, and the part of the file that is done (0 to 1; `null` where its size is not known). */
  onProgress?: (lines: number, part: number | null) => void;
};

/**
 * Marks the codes of a CSV file as redeemed: a column `code`, and where it is known `redeemed_at` (2026-11-30 or 2026-11-30T18:00:00Z).
 * Running it again changes nothing.
 *
 * @example
 * const { redeemed, unknownAt } = await redeemFile(store, "orders.csv", { at: Date.now() });
 */
export async function redeemFile(
  store: OfferStore,
  file: string | TextSource,
  { at, onProgress }: RedeemFileOptions,
): Promise<RedeemFileReport> {
  const source = typeof file === "string" ? textSource(file) : file;
  const report: RedeemFileReport = {
    redeemed: 0,
    alreadyRedeemed: 0,
    unknown: 0,
    unknownAt: [],
    refused: 0,
    refusedAt: [],
  };
  const table = await csvTable(source, COLUMNS);
  let waiting: Row[] = [];
  let lines = 0;
  for await (const rows of table.rows) {
    for (const { line, cells } of rows) {
      lines += 1;
      const instant = cells.redeemed_at === "" ? at : instantOf(cells.redeemed_at);
      if (!isCode(cells.code)) refuse(report, line, cells.code, "no code");
      else if (instant === null) refuse(report, line, cells.redeemed_at, "no instant such as 2026-11-30T18:00:00Z");
      else waiting.push({ line, code: cells.code, at: instant });
      if (waiting.length < AT_ONCE) continue;
      await redeemAll(store, waiting, report);
      waiting = [];
      onProgress?.(lines, source.progress());
    }
  }
  await redeemAll(store, waiting, report);
  if (lines === 0) throw new InvalidInputError(`${source.name}: there is no code in it`);
  return report;
}

/** A day (its first instant in UTC) or an instant with its offset; anything else is `null`. */
function instantOf(text: string): UnixMs | null {
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/.test(text)) return null;
  // Date.parse would read 30 February as 2 March.
  if (!isDay(text.slice(0, 10))) return null;
  const at = Date.parse(text.replace(" ", "T"));
  return Number.isNaN(at) ? null : at;
}

async function redeemAll(store: OfferStore, rows: readonly Row[], report: RedeemFileReport): Promise<void> {
  const redemptions = await Promise.all(rows.map(({ code, at }) => store.redeem(code, at)));
  redemptions.forEach((redemption, place) => {
    count(report, redemption, rows[place] as Row);
  });
}

function count(report: RedeemFileReport, { status }: Redemption, { line, code }: Row): void {
  if (status === "redeemed") report.redeemed += 1;
  else if (status === "already-redeemed") report.alreadyRedeemed += 1;
  else {
    report.unknown += 1;
    if (report.unknownAt.length < MOST_LISTED) report.unknownAt.push({ line, code });
  }
}

function refuse(report: RedeemFileReport, line: number, value: string, why: string): void {
  report.refused += 1;
  if (report.refusedAt.length < MOST_LISTED) report.refusedAt.push({ line, value: value.slice(0, 80), why });
}
