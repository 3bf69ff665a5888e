import { z } from "zod";
import { checked, InvalidInputError } from "../domain/errors.js";
import { codeKey, idSchema } from "../domain/identifier.js";
import { type Batch, daySchema, type OfferState, parseBatch } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";
import { unknownOffer } from "../store/checks.js";
import type { CodeOutcome, OfferStore } from "../store/store.js";
import { expectBatchFits, expectNotOver, expectSameDays, inFile } from "./batch-rule.js";
import type { Standing } from "./code-standing.js";
import { type CodesFile, openCodesFile, type RefusedLine } from "./codes-file.js";
import { count, type Duplicates, noDuplicates, oneAhead } from "./import.js";
import { instantSchema } from "./instant-schema.js";
import { SeenCodes } from "./seen-codes.js";
import { type TextSource, textSource } from "./source.js";
import { type Chunk, Spool } from "./spool.js";

/** Options that say how a file is to be read, for every importer of codes files. */
export const layoutFields = {
  header: z.boolean({ error: "true or false" }).optional(),
  columns: z
    .record(z.string(), z.string({ error: "the name of a column" }), { error: "columns by their names" })
    .optional(),
  anyShape: z.boolean({ error: "true or false" }).optional(),
};

const optionsSchema = z.strictObject(
  {
    batch: idSchema.optional(),
    startsOn: daySchema.optional(),
    endsOn: daySchema.optional(),
    openEnded: z.boolean({ error: "true or false" }).optional(),
    ...layoutFields,
    dryRun: z.boolean({ error: "true or false" }).default(false),
    at: instantSchema.optional(),
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
 * - `startsOn`, `endsOn`: first and last day of all its codes, `YYYY-MM-DD`. Only if the file has no such columns.
 * - `openEnded`: codes without days may join an offer with a custom period, and are open for ever. Default `false`.
 * - `header`: whether the first line names the columns. Default: it does where it holds a known name.
 * - `columns`: the columns to read by their names in the file, such as `{ code: "Coupon", end: "Until" }`; no other column is read then.
 *   Without a header, by their numbers from 1.
 * - `anyShape`: take values that look unlike the other codes, or like something else. Default `false`.
 * - `dryRun`: report what would happen and add nothing. Default `false`.
 * - `at`: the instant of the import, a `Date` or Unix milliseconds; a batch that is over then is refused. Default: now.
 * - `signal`: stops between two chunks; the report then says `complete: false`.
 * - `onProgress`: called for every chunk.
 */
export type ImportFileOptions = z.input<typeof optionsSchema>;

/**
 * What became of a file. `batches`: those that its codes belong to, and how many were added to each. `leftOut`: codes that nobody may be given, as
 * the file says: `held` by somebody, `used`, `expired`, or `void` (taken out of use). `refused`: values that are no codes.
 */
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
  leftOut: LeftOut;
  refused: number;
  refusedAt: RefusedLine[];
};

export type LeftOut = Record<Exclude<Standing, "free">, number>;

/**
 * Adds the codes of a CSV file (plain or gzip) to an offer's pool: columns `code` and, where batches have days, `starts_on`
 * and `ends_on`, or whatever the exports of shops call them. The whole file is checked before its first code is added, so a wrong file leaves
 * nothing behind; codes that are used, held or dead and values that are no codes are left out, the latter reported by their line. Memory use does not grow with the file.
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
  const { batch, startsOn, endsOn } = settings;
  if (batch !== undefined) parseBatch({ id: batch, startsOn, endsOn });
  const state = await store.loadOffer(offerId);
  if (state === null) throw unknownOffer(offerId);
  const source = typeof file === "string" ? textSource(file) : file;
  const spool = await Spool.create();
  try {
    const read = await readWhole(source, spool, state, settings);
    return await addAll(store, offerId, source.name, read, settings);
  } finally {
    await spool.close();
  }
}

type Settings = z.output<typeof optionsSchema>;

type ReadFile = Pick<CodesFile, "hasHeader" | "batches" | "refusals"> & { spool: Spool; leftOut: LeftOut };

/** Reads a file to its end before anything is added. */
async function readWhole(
  source: TextSource,
  spool: Spool,
  state: OfferState,
  { onProgress, at = Date.now(), openEnded, ...options }: Settings,
): Promise<ReadFile> {
  const file = await openCodesFile(source, { ...options, timeZone: state.offer.timeZone });
  const leftOut: LeftOut = { held: 0, used: 0, expired: 0, void: 0 };
  let lines = 0;
  for await (const rows of file.rows) {
    for (const row of rows) {
      if (row.standing !== "free") leftOut[row.standing] += 1;
      else {
        const writing = spool.add(file.batchOf(row), row.code);
        if (writing !== undefined) await writing;
      }
    }
    lines += rows.length;
    onProgress?.({ phase: "reading", done: lines, total: source.progress() });
  }
  await spool.finish();
  if (spool.count === 0) throw nothingIn(source.name, file.refusals, leftOut);
  for (const batch of file.batches) expectUsable(state, batch, source.name, openEnded, at);
  return { hasHeader: file.hasHeader, batches: file.batches, refusals: file.refusals, spool, leftOut };
}

async function addAll(
  store: OfferStore,
  offerId: string,
  name: string,
  file: ReadFile,
  { dryRun, signal, onProgress }: Settings,
): Promise<ImportFileReport> {
  const { spool, batches, refusals, leftOut, hasHeader } = file;
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
    leftOut,
    ...refusals,
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

/** A store recognizes a file's own duplicates only within one batch; the others are recognized by what was added so far. */
function asSeen(seen: SeenCodes, codes: readonly string[]): (outcome: CodeOutcome, index: number) => CodeOutcome {
  return (outcome, index) => {
    const key = codeKey(codes[index] as string);
    if (outcome === "added") return seen.add(key) ? "in-file" : "added";
    return outcome !== "in-other-offer" && seen.has(key) ? "in-file" : outcome;
  };
}

function expectUsable(
  state: OfferState,
  batch: Batch,
  name: string,
  openEnded: boolean | undefined,
  now: UnixMs,
): void {
  if (batch.id === "") throw new InvalidInputError(`${name}: give the batch a name (--batch NAME)`);
  expectSameDays(state, batch);
  inFile(name, () => {
    expectBatchFits(state, batch, { openEnded });
    expectNotOver(state, batch, now);
  });
}

/** Says why a file has no code to add: the first value that is none, or what became of the codes that are. */
export function nothingIn(name: string, { refused, refusedAt }: CodesFile["refusals"], leftOut: LeftOut) {
  const [first] = refusedAt;
  const refusal = first && `${refused} refused, the first in line ${first.line} for ${first.why}`;
  const out = Object.entries(leftOut).flatMap(([standing, many]) => (many > 0 ? [`${many} ${standing}`] : []));
  const held = leftOut.held > 0 ? "; import what people hold with --assigned" : "";
  const why = [refusal, ...out].filter(Boolean).join(", ");
  return new InvalidInputError(`${name}: there is no code in it${why === "" ? "" : `: ${why}`}${held}`);
}
