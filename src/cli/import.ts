import type { Command } from "commander";
import { StoreUnavailableError } from "../domain/errors.js";
import { importAssignments } from "../intake/import-assignments.js";
import { type ImportFileOptions, type ImportProgress, importFile } from "../intake/import-file.js";
import type { OfferStore } from "../store/store.js";
import { type Answer, answers, type CommandContext, storeCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { assignmentsText, reportText } from "./import-text.js";
import { instantIn } from "./instant.js";
import { type LayoutFlags, layoutOptions, withLayoutOptions } from "./layout-options.js";
import { createProgress, type Progress } from "./progress.js";

type ImportOptions = LayoutFlags & {
  batch?: string;
  startsOn?: string;
  endsOn?: string;
  openEnded?: true;
  anyShape?: true;
  assigned?: true;
  issuedAt?: string;
  signUp?: true;
  dryRun?: true;
};

/** `offer-code import OFFER FILE` */
export function importCommand(): Command {
  const command = storeCommand("import", "add the codes of a CSV file to an offer's pool", [
    "import welcome10 codes.csv --dry-run",
    "import welcome10 given-out.csv --assigned",
    "import welcome10 codes.csv.gz --batch 2026-11 --starts-on 2026-11-01 --ends-on 2026-11-30",
  ])
    .argument("<offer>", "id of the offer")
    .argument("<file>", "CSV, plain or gzip (- for standard input): columns code, starts_on, ends_on, or codes alone")
    .option("--batch <name>", "name of this upload (default: its days where the file has days, or the file's name)")
    .option("--starts-on <day>", "first day of all its codes, such as 2026-11-01")
    .option("--ends-on <day>", "last day of all its codes")
    .option("--open-ended", "allow codes without days in an offer with a custom period; they never expire")
    .option("--any-shape", "accept codes that look unlike the others, or like something else");
  return withLayoutOptions(command)
    .option("--assigned", "codes that people hold already: columns code, subscriber_id, issued_at, redeemed_at")
    .option("--issued-at <when>", "with --assigned: the issue date of rows without one")
    .option("--sign-up", "with --assigned: record the offer as the sign-up offer of those who have none")
    .option("--dry-run", "report what would happen and add nothing")
    .action(answers<ImportOptions>(importCodes));
}

async function importCodes({ store, args, options, note }: CommandContext<ImportOptions>): Promise<Answer> {
  const [offerId, file] = args as [string, string];
  const progress = createProgress();
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once("SIGINT", stop);
  try {
    const run = { signal: stopping.signal, onProgress: (at: ImportProgress) => showProgress(progress, at) };
    const done = options.assigned
      ? await importAssigned(store, offerId, file, options, run)
      : await importPool(store, offerId, file, options, run);
    progress.end();
    if (!done.data.complete) note("offer-code: interrupted: run the same command again to add the rest");
    return { ...done, exitCode: exitCodeOf(done.data) };
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

type Run = Pick<ImportFileOptions, "signal" | "onProgress">;

async function importPool(store: OfferStore, offerId: string, file: string, options: ImportOptions, run: Run) {
  const data = await importFile(store, offerId, file, { ...batchOptions(options), ...run });
  return { text: reportText(data), data };
}

async function importAssigned(store: OfferStore, offerId: string, file: string, options: ImportOptions, run: Run) {
  const { issuedAt, signUp } = options;
  const data = await importAssignments(store, offerId, file, {
    ...batchOptions(options),
    ...(issuedAt !== undefined && { issuedAt: await instantIn(store, offerId, issuedAt, "--issued-at") }),
    ...(signUp && { signUp }),
    ...run,
  });
  return { text: assignmentsText(data), data };
}

function batchOptions(options: ImportOptions) {
  const { batch, startsOn, endsOn, openEnded, anyShape, dryRun = false } = options;
  return {
    ...(batch !== undefined && { batch }),
    ...(startsOn !== undefined && { startsOn }),
    ...(endsOn !== undefined && { endsOn }),
    ...(openEnded && { openEnded }),
    ...(anyShape && { anyShape }),
    ...layoutOptions(options),
    dryRun,
  };
}

function showProgress(progress: Progress, { phase, done, total }: ImportProgress): void {
  if (phase === "adding") progress.show("Adding codes", done, total ?? done);
  else progress.showRead("Checking the file", done, total);
}

function exitCodeOf({ complete, refused }: { complete: boolean; refused: number }): number {
  if (!complete) return EXIT.interrupted;
  return refused > 0 ? EXIT.no : EXIT.done;
}
