import { z } from "zod";
import { checked, checkItems } from "../domain/errors.js";
import { idSchema, isCode } from "../domain/identifier.js";
import { type BatchInput, daySchema } from "../domain/offer.js";
import { unknownOffer } from "../store/checks.js";
import type { CodeOutcome, OfferStore } from "../store/store.js";
import { expectBatchFits, expectSameDays } from "./batch-rule.js";

const CHUNK = 5000;
const HANDFUL = 500;
const MOST_REFUSED = 1000;

const optionsSchema = z.strictObject(
  {
    batch: idSchema.default("default"),
    startsOn: daySchema.optional(),
    endsOn: daySchema.optional(),
    openEnded: z.boolean({ error: "true or false" }).default(false),
  },
  { error: "an object with the batch's name and days" },
);

/**
 * - `batch`: the name of this upload. Default `default`.
 * - `startsOn`, `endsOn`: its first and last day, `YYYY-MM-DD`, in the offer's time zone; only under a custom period, which needs one of them.
 * - `openEnded`: codes without days may join an offer with a custom period, and are open for ever. Default `false`.
 */
export type ImportOptions = z.input<typeof optionsSchema>;

/** Codes that were not added, letter case ignored: `inFile` occurred earlier in the same import. */
export type Duplicates = { inFile: number; inPool: number; givenOut: number; inOtherOffer: number };

/** What became of the codes. `refused` counts values that are not codes; `refusedAt` lists the first thousand by their index. */
export type ImportReport = {
  added: number;
  duplicates: Duplicates;
  refused: number;
  refusedAt: { index: number; value: unknown }[];
};

/**
 * Adds codes to an offer's pool, in their order. Running it again after it was interrupted ends in the same state.
 *
 * @example
 * await importCodes(store, "welcome10", ["A7K2", "B9Q4"], { batch: "2026-11", startsOn: "2026-11-01", endsOn: "2026-11-30" });
 */
export async function importCodes(
  store: OfferStore,
  offerId: string,
  codes: Iterable<string> | AsyncIterable<string>,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const { batch: id, openEnded, ...days } = checked(optionsSchema, "options", options);
  checkItems("codes", "a list or a stream of codes", codes);
  const state = await store.loadOffer(offerId);
  if (state === null) throw unknownOffer(offerId);
  expectSameDays(state, { id, ...days });
  expectBatchFits(state, { id, ...days }, { openEnded });
  return addToBatch(store, offerId, { id, ...days }, codes);
}

/** The same for a batch that is known to fit. */
export async function addToBatch(
  store: OfferStore,
  offerId: string,
  batch: BatchInput,
  codes: Iterable<string> | AsyncIterable<string>,
): Promise<ImportReport> {
  const report: ImportReport = { added: 0, duplicates: noDuplicates(), refused: 0, refusedAt: [] };
  let since: number | undefined;
  await oneAhead(validChunks(codes, report), async (chunk) => {
    const { start, outcomes } = await store.addCodes(offerId, batch, chunk, since);
    since ??= start;
    for (const outcome of outcomes) count(report, outcome);
  });
  return report;
}

/** Does the work item by item, and prepares each item while the one before is worked on. */
export async function oneAhead<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let underWay = Promise.resolve();
  for await (const item of items) {
    await underWay;
    underWay = work(item);
    underWay.catch(() => {});
  }
  await underWay;
}

export function noDuplicates(): Duplicates {
  return { inFile: 0, inPool: 0, givenOut: 0, inOtherOffer: 0 };
}

export function count(report: { added: number; duplicates: Duplicates }, outcome: CodeOutcome): void {
  const { duplicates } = report;
  if (outcome === "added") report.added += 1;
  else if (outcome === "in-file") duplicates.inFile += 1;
  else if (outcome === "in-pool") duplicates.inPool += 1;
  else if (outcome === "given-out") duplicates.givenOut += 1;
  else duplicates.inOtherOffer += 1;
}

/** The last chunk may be short, and there is always one, so that an empty import opens its batch as well. */
async function* validChunks(
  codes: Iterable<string> | AsyncIterable<string>,
  report: ImportReport,
): AsyncGenerator<string[]> {
  let index = 0;
  let chunk: string[] = [];
  let yielded = false;
  for await (const values of handfuls(codes)) {
    for (const value of values) {
      if (isCode(value)) chunk.push(value);
      else refuse(report, index, value);
      index += 1;
    }
    if (chunk.length < CHUNK) continue;
    yield chunk;
    yielded = true;
    chunk = [];
  }
  if (chunk.length > 0 || !yielded) yield chunk;
}

/** Some values at a time: waiting for each one costs more than all the rest. */
async function* handfuls<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item[]> {
  let handful: Item[] = [];
  const isFull = (item: Item) => handful.push(item) === HANDFUL;
  if (Symbol.iterator in Object(items)) {
    for (const item of items as Iterable<Item>) {
      if (!isFull(item)) continue;
      yield handful;
      handful = [];
    }
  } else {
    for await (const item of items) {
      if (!isFull(item)) continue;
      yield handful;
      handful = [];
    }
  }
  yield handful;
}

function refuse(report: ImportReport, index: number, value: unknown): void {
  report.refused += 1;
  if (report.refusedAt.length < MOST_REFUSED) report.refusedAt.push({ index, value });
}
