import type { AssignmentsReport } from "../intake/import-assignments.js";
import type { ImportFileReport } from "../intake/import-file.js";
import { batchText, many } from "./offer-text.js";
import { fieldsText, numberText } from "./table.js";

const SHOWN = 20;

const LEFT_OUT = [
  ["held", "held by somebody, left out"],
  ["used", "used, left out"],
  ["expired", "expired, left out"],
  ["void", "taken out of use, left out"],
] as const;

/** What became of a codes file. */
export function reportText(report: ImportFileReport): string {
  const { dryRun, batches, added, duplicates, leftOut, refused, hasHeader } = report;
  const { inFile, inPool, givenOut, inOtherOffer } = duplicates;
  const title = titleOf(report, hasHeader ? "" : " (no header: the first column holds the codes)");
  const counts = fieldsText([
    [dryRun ? "would be added" : "added", added],
    ["twice in the file", inFile],
    ["in the pool already", inPool],
    ["given out already", givenOut],
    ["in another offer", inOtherOffer],
    ...LEFT_OUT.flatMap(([standing, text]): [string, number][] =>
      leftOut[standing] > 0 ? [[text, leftOut[standing]]] : [],
    ),
    ["refused", refused],
  ]);
  const names = batches.map((each) => `batch ${batchText(each)}: ${many(each.added, "code")}`);
  return [title, counts, ...names, ...refusedText(report)].join("\n");
}

/** What became of a file of codes that people hold. */
export function assignmentsText(report: AssignmentsReport): string {
  const { dryRun, batches, added, duplicates, leftOut, refused } = report;
  const counts = fieldsText([
    [dryRun ? "would be recorded" : "recorded with their holders", added],
    ["recorded before", duplicates.known],
    ["held by another", duplicates.heldByAnother],
    ["in another offer", duplicates.inOtherOffer],
    ...(leftOut.free > 0 ? [["without a subscriber, left out", leftOut.free] as [string, number]] : []),
    ...(leftOut.void > 0 ? [["taken out of use, left out", leftOut.void] as [string, number]] : []),
    ["refused", refused],
  ]);
  const names = batches.map((each) => `batch ${batchText(each)}: ${many(each.added, "code")}`);
  return [titleOf(report, ""), counts, ...names, ...refusedText(report)].join("\n");
}

function titleOf({ dryRun, file, offerId }: { dryRun: boolean; file: string; offerId: string }, note: string): string {
  return `${dryRun ? "Dry run, nothing is added: " : ""}${file} -> ${offerId}${note}`;
}

function refusedText({ refused, refusedAt }: Pick<ImportFileReport, "refused" | "refusedAt">): string[] {
  const lines = refusedAt
    .slice(0, SHOWN)
    .map(({ line, value, why }) => `  line ${line}: ${why}${value === "" ? "" : `: ${JSON.stringify(value)}`}`);
  const more = refused - lines.length;
  return [...(refused > 0 ? ["Refused:"] : []), ...lines, ...(more > 0 ? [`  and ${numberText(more)} more`] : [])];
}
