import { openCodesFile, type RefusedLine } from "../intake/codes-file.js";
import type { LayoutOptions } from "../intake/csv/table.js";
import { type TextSource, textSource } from "../intake/source.js";
import type { OfferStore, Restoration, Revocation } from "../store/store.js";

const AT_ONCE = 250;
const MOST_LISTED = 1000;

/** `header`, `columns`: as of `importFile`. `restore`: take revocations back instead. Default `false`. */
export type RevokeFileOptions = LayoutOptions & { restore?: boolean };

/** What became of a file of codes: how many came to each status. `unknownAt`: the first thousand codes that no offer has, by their lines. */
export type RevokeFileReport = {
  statuses: Partial<Record<Revocation["status"] | Restoration["status"], number>>;
  unknownAt: { line: number; code: string }[];
  refused: number;
  refusedAt: RefusedLine[];
};

/**
 * Revokes the codes of a CSV file, such as a list of leaked ones, or restores them: a column `code`, whatever else is in it. Running it again changes nothing.
 *
 * @example
 * const { statuses } = await revokeFile(store, "leaked.csv");
 */
export async function revokeFile(
  store: OfferStore,
  file: string | TextSource,
  { restore = false, header, columns }: RevokeFileOptions = {},
): Promise<RevokeFileReport> {
  const act = (code: string): Promise<Revocation | Restoration> => (restore ? store.restore(code) : store.revoke(code));
  const source = typeof file === "string" ? textSource(file) : file;
  const reading = { order: ["code"] as const, timeZone: "UTC", anyShape: true, refuseUnclear: true };
  const codes = await openCodesFile(source, { header, columns, ...reading });
  const report: RevokeFileReport = Object.assign(codes.refusals, { statuses: {}, unknownAt: [] });
  for await (const rows of codes.rows) {
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      const some = rows.slice(from, from + AT_ONCE);
      const results = await Promise.all(some.map(({ code }) => act(code)));
      for (const [index, { status }] of results.entries()) {
        report.statuses[status] = (report.statuses[status] ?? 0) + 1;
        const row = some[index];
        if (status !== "unknown-code" || row === undefined || report.unknownAt.length === MOST_LISTED) continue;
        report.unknownAt.push({ line: row.line, code: row.code });
      }
    }
  }
  return report;
}
