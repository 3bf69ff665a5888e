import { z } from "zod";
import { checked, InvalidInputError } from "../domain/errors.js";
import { codeKey, idSchema } from "../domain/identifier.js";
import { type Batch, daySchema, type OfferState, parseBatch } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";
import { batchPeriod } from "../domain/window.js";
import { differentDays, unknownOffer } from "../store/checks.js";
import type { CodeOutcome, OfferStore } from "../store/store.js";
import { type CodesFile, type RefusedLine, readCodesFile } from "./codes-file.js";
import { count, type Duplicates, noDuplicates, oneAhead } from "./import.js";
import { SeenCodes } from "./seen-codes.js";
import { type TextSource, textSource } from "./source.js";
import type { Chunk } from "./spool.js";

const optionsSchema = z.strictObject(
  {
    batch: idSchema.optional(),
    startsOn: daySchema.optional(),
    endsOn: daySchema.optional(),
    dryRun: z.boolean({ error: "true or false" }).default(false),
    now: z
      .custom<() => UnixMs>((value) => typeof value === "function", { error: "a function" })
      .default(() => Date.now),
    signal: z.custom<AbortSignal>((value) => value instanceof AbortSignal, { error: "an AbortSignal" }).optional(),
    onProgress: z
      .custom<(progress: ImportProgress) => void>((value) => typeof value === "function", { error: "a function" })
      .optional(),
  },
  { error: "an object of options" },
);

/** `reading`: lines so far, and `total` the part of the file that is read, 0 to 1. `adding`: codes so far, of `total` codes. */
export type ImportProgress = { phase: "reading" | "adding"; done: number; total: number | null };

/**
 * - `batch`: the name of the upload. Default: the days of the codes where the file has days, otherwise the file's name.
 * - `startsOn`, `endsOn`: first and last day of all its codes, `YYYY-MM-DD`. Only where the file has no such columns.
 * - `dryRun`: report what would happen and add nothing. Default `false`.
 * - `now`: the clock, in Unix milliseconds; a batch that is over is refused. Default `Date.now`.
 * - `signal`: stops between two chunks; the report then says `complete: false`.
 * - `onProgress`: told of every chunk.
 */
export type ImportFileOptions = z.input<typeof optionsSchema>;

/** What became of a file. `batches`: those that its codes belong to, and how many were added to each. */
export type ImportFileReport = {
  offerId: string;
  file: string;
  dryRun: boolean;
  complete: boolean;
  hasHeader: boolean;
  batches: (Batch & { added: number })[];
  codes: number;
  added: number;
  duplicates: Duplicates;
  refused: number;
  refusedAt: RefusedLine[];
};

/**
 * Adds the codes of a CSV file (packed by gzip or not) to an offer's pool: columns `code` and, where batches have days, `starts_on`
 * and `ends_on`, with a header or without. The file is checked whole before its first code is added, so a wrong file leaves
 * nothing behind; values that are no codes are left out and reported by their line. Memory does not grow with the file.
 * Running it again after it was interrupted ends in the same state as one run. `file`: a path, `-` for standard input, or a source.
 *
 * @example
 * const report = await importFile(store, "welcome10", "codes.csv", { batch: "2026-11", endsOn: "2026-11-30" });
 */
export async function importFile(
  store: OfferStore,
  offerId: string,
  file: string | TextSource,
  options: ImportFileOptions = {},
): Promise<ImportFileReport> {
  const settings = checked(optionsSchema, "options", options);
  const { batch, startsOn, endsOn, onProgress } = settings;
  if (batch !== undefined) parseBatch({ id: batch, startsOn, endsOn });
  const state = await store.loadOffer(offerId);
  if (state === null) throw unknownOffer(offerId);
  const source = typeof file === "string" ? textSource(file) : file;
  let lines = 0;
  const read = await readCodesFile(source, { batch, startsOn, endsOn }, (rows) => {
    lines += rows;
    onProgress?.({ phase: "reading", done: lines, total: source.progress() });
  });
  try {
    for (const each of read.batches) expectUsable(state, each, source.name, settings.now());
    return await addAll(store, offerId, source.name, read, settings);
  } finally {
    await read.spool.close();
  }
}

type Settings = z.output<typeof optionsSchema>;

async function addAll(
  store: OfferStore,
  offerId: string,
  name: string,
  file: CodesFile,
  { dryRun, signal, onProgress }: Settings,
): Promise<ImportFileReport> {
  const { spool, batches, refused, refusedAt, hasHeader } = file;
  const report: ImportFileReport = {
    offerId,
    file: name,
    dryRun,
    complete: true,
    hasHeader,
    batches: batches.map((batch) => ({ ...batch, added: 0 })),
    codes: spool.count,
    added: 0,
    duplicates: noDuplicates(),
    refused,
    refusedAt,
  };
  const outcomesOf = dryRun ? trial(store, offerId) : addition(store, offerId, batches);
  let done = 0;
  onProgress?.({ phase: "adding", done, total: spool.count });
  await oneAhead(spool.chunks(), async (chunk) => {
    if (signal?.aborted) {
      report.complete = false;
      return;
    }
    const before = report.added;
    for (const outcome of await outcomesOf(chunk)) count(report, outcome);
    (report.batches[chunk.batch] as { added: number }).added += report.added - before;
    done += chunk.codes.length;
    onProgress?.({ phase: "adding", done, total: spool.count });
  });
  return report;
}

type Outcomes = (chunk: Chunk) => Promise<readonly CodeOutcome[]>;

function addition(store: OfferStore, offerId: string, batches: readonly Batch[]): Outcomes {
  const since: (number | undefined)[] = [];
  const seen = batches.length > 1 ? new SeenCodes() : null;
  return async ({ batch, codes }) => {
    const added = await store.addCodes(offerId, batches[batch] as Batch, codes, since[batch]);
    since[batch] ??= added.start;
    return seen === null ? added.outcomes : added.outcomes.map(asSeen(seen, codes));
  };
}

function trial(store: OfferStore, offerId: string): Outcomes {
  const seen = new SeenCodes();
  return async ({ codes }) => (await store.tryCodes(offerId, codes)).map(asSeen(seen, codes));
}

/** A store tells a file's own duplicates only within one batch that it adds to; the rest are told by what was added so far. */
function asSeen(seen: SeenCodes, codes: readonly string[]): (outcome: CodeOutcome, place: number) => CodeOutcome {
  return (outcome, place) => {
    const key = codeKey(codes[place] as string);
    if (outcome === "added") return seen.add(key) ? "in-file" : "added";
    return outcome !== "in-other-offer" && seen.has(key) ? "in-file" : outcome;
  };
}

function expectUsable(state: OfferState, batch: Batch, name: string, now: UnixMs): void {
  const { offer, batches } = state;
  if (batch.id === "") throw new InvalidInputError(`${name}: give the batch a name (--batch NAME)`);
  parseBatch(batch);
  const known = batches.find(({ id }) => id === batch.id);
  if (known !== undefined && (known.startsOn !== batch.startsOn || known.endsOn !== batch.endsOn)) {
    throw differentDays(known, batch);
  }
  if (offer.window.type !== "custom-period") return;
  if (batch.startsOn === undefined && batch.endsOn === undefined) {
    throw new InvalidInputError(
      `${name}: offer "${offer.id}" has a custom period, and batch "${batch.id}" has no days: add the columns starts_on and ends_on, or give days for all codes`,
    );
  }
  if (batchPeriod(batch, offer.timeZone).closesAt <= now) {
    throw new InvalidInputError(
      `${name}: batch "${batch.id}" ended on ${batch.endsOn}, so none of its codes could ever be given out`,
    );
  }
}
