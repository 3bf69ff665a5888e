import { z } from "zod";
import { checked } from "../errors.js";
import { idSchema, isCode } from "../identifier.js";
import { daySchema } from "../offer.js";
import type { CodeOutcome, OfferStore } from "../store/store.js";

const CHUNK = 5000;
const MOST_REFUSED = 1000;

const optionsSchema = z.strictObject(
  { batch: idSchema, startsOn: daySchema.optional(), endsOn: daySchema.optional() },
  { error: "an object with the batch's name and days" },
);

/** `batch`: the name of this upload. `startsOn`, `endsOn`: its first and last day, `YYYY-MM-DD`, in the offer's time zone. */
export type ImportOptions = z.input<typeof optionsSchema>;

/**
 * What became of the codes. A code that is there already is left where it is, letter case ignored: `inFile` stood earlier
 * in the same import. `refused` counts values that are no codes; `refusedAt` names the first thousand by their place from 0.
 */
export type ImportReport = {
  added: number;
  duplicates: { inFile: number; inPool: number; givenOut: number; inOtherOffer: number };
  refused: number;
  refusedAt: { place: number; value: unknown }[];
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
  options: ImportOptions,
): Promise<ImportReport> {
  const { batch: id, ...days } = checked(optionsSchema, "options", options);
  const report: ImportReport = {
    added: 0,
    duplicates: { inFile: 0, inPool: 0, givenOut: 0, inOtherOffer: 0 },
    refused: 0,
    refusedAt: [],
  };
  let since: number | undefined;
  for await (const chunk of chunksOf(validCodes(codes, report), CHUNK)) {
    const { start, outcomes } = await store.addCodes(offerId, { id, ...days }, chunk, since);
    since ??= start;
    for (const outcome of outcomes) count(report, outcome);
  }
  return report;
}

async function* validCodes(
  codes: Iterable<string> | AsyncIterable<string>,
  report: ImportReport,
): AsyncGenerator<string> {
  let place = 0;
  for await (const value of codes) {
    if (isCode(value)) yield value;
    else {
      report.refused += 1;
      if (report.refusedAt.length < MOST_REFUSED) report.refusedAt.push({ place, value });
    }
    place += 1;
  }
}

/** The last chunk may be short, and there is always one, so that an empty import opens its batch as well. */
async function* chunksOf<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let chunk: Item[] = [];
  let yielded = false;
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      yielded = true;
      chunk = [];
    }
  }
  if (chunk.length > 0 || !yielded) yield chunk;
}

function count(report: ImportReport, outcome: CodeOutcome): void {
  const { duplicates } = report;
  if (outcome === "added") report.added += 1;
  else if (outcome === "in-file") duplicates.inFile += 1;
  else if (outcome === "in-pool") duplicates.inPool += 1;
  else if (outcome === "given-out") duplicates.givenOut += 1;
  else duplicates.inOtherOffer += 1;
}
