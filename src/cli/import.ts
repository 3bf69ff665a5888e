import type { Command } from "commander";
import { StoreUnavailableError } from "../domain/errors.js";
import { type ImportFileReport, type ImportProgress, importFile } from "../intake/import-file.js";
import { type Answer, answers, type CommandContext, storeCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { type LayoutFlags, layoutOptions, withLayoutOptions } from "./layout-options.js";
import { batchText, many } from "./offer-text.js";
import { createProgress, type Progress } from "./progress.js";
import { fieldsText, numberText } from "./table.js";

type ImportOptions = LayoutFlags & {
  batch?: string;
  startsOn?: string;
  endsOn?: string;
  openEnded?: true;
  anyShape?: true;
  dryRun?: true;
};

const SHOWN = 20;

const LEFT_OUT = [
  ["held", "held by somebody, left out"],
  ["used", "used, left out"],
  ["expired", "expired, left out"],
  ["void", "taken out of use, left out"],
] as const;

/** `offer-code import OFFER FILE` */
export function importCommand(): Command {
  const command = storeCommand("import", "add the codes of a CSV file to an offer's pool", [
    "import welcome10 codes.csv --dry-run",
    "import welcome10 codes.csv.gz --batch 2026-11 --starts-on 2026-11-01 --ends-on 2026-11-30",
  ])
    .argument("<offer>", "id of the offer")
    .argument(
      "<file>",
      "CSV, also packed by gzip (- for standard input): columns code, starts_on, ends_on, or codes alone",
    )
    .option("--batch <name>", "name of this upload (default: its days where the file has days, or the file's name)")
    .option("--starts-on <day>", "first day of all its codes, such as 2026-11-01")
    .option("--ends-on <day>", "last day of all its codes")
    .option("--open-ended", "codes without days are open for ever, though the offer has a custom period")
    .option("--any-shape", "take codes that look unlike the others, or like something else");
  return withLayoutOptions(command)
    .option("--dry-run", "report what would happen and add nothing")
    .action(answers<ImportOptions>(importCodes));
}

async function importCodes({ store, args, options, note }: CommandContext<ImportOptions>): Promise<Answer> {
  const [offerId, file] = args as [string, string];
  const { batch, startsOn, endsOn, openEnded, anyShape, dryRun = false } = options;
  const progress = createProgress();
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once("SIGINT", stop);
  try {
    const report = await importFile(store, offerId, file, {
      ...(batch !== undefined && { batch }),
      ...(startsOn !== undefined && { startsOn }),
      ...(endsOn !== undefined && { endsOn }),
      ...(openEnded && { openEnded }),
      ...(anyShape && { anyShape }),
      ...layoutOptions(options),
      dryRun,
      signal: stopping.signal,
      onProgress: (at) => showProgress(progress, at),
    });
    progress.end();
    if (!report.complete) note("offer-code: interrupted: run the same command again to add the rest");
    return { text: reportText(report), data: report, exitCode: exitCodeOf(report) };
  } catch (error) {
    progress.end();
    if (!(error instanceof StoreUnavailableError)) throw error;
    throw new StoreUnavailableError(`${error.message}. Run the same command again: no code is added twice`, {
      cause: error,
    });
  } finally {
    process.off("SIGINT", stop);
  }
}

function showProgress(progress: Progress, { phase, done, total }: ImportProgress): void {
  if (phase === "adding") progress.show("Adding codes", done, total ?? done);
  else progress.showRead("Checking the file", done, total);
}

function exitCodeOf({ complete, refused }: ImportFileReport): number {
  if (!complete) return EXIT.interrupted;
  return refused > 0 ? EXIT.no : EXIT.done;
}

function reportText(report: ImportFileReport): string {
  const { offerId, file, dryRun, batches, added, duplicates, leftOut, refused, hasHeader } = report;
  const { inFile, inPool, givenOut, inOtherOffer } = duplicates;
  const title = `${dryRun ? "Dry run, nothing is added: " : ""}${file} -> ${offerId}${hasHeader ? "" : " (no header: the first column holds the codes)"}`;
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

function refusedText({ refused, refusedAt }: ImportFileReport): string[] {
  const lines = refusedAt
    .slice(0, SHOWN)
    .map(({ line, value, why }) => `  line ${line}: ${why}${value === "" ? "" : `: ${JSON.stringify(value)}`}`);
  const more = refused - lines.length;
  return [...(refused > 0 ? ["Refused:"] : []), ...lines, ...(more > 0 ? [`  and ${numberText(more)} more`] : [])];
}
