import { z } from "zod";
import { checked, InvalidInputError } from "../domain/errors.js";
import { idSchema } from "../domain/identifier.js";
import { type Batch, daySchema, type OfferState } from "../domain/offer.js";
import { unknownOffer } from "../store/checks.js";
import type { Assignment, AssignOutcome, OfferStore } from "../store/store.js";
import { type AssignmentRow, openAssignments } from "./assignments.js";
import { expectBatchFits, expectSameDays, inFile } from "./batch-rule.js";
import type { Refusals } from "./codes-file.js";
import { oneAhead } from "./import.js";
import { type ImportProgress, layoutFields } from "./import-file.js";
import { instantSchema } from "./instant-schema.js";
import type { TextSource } from "./source.js";
import { type Chunk, Spool } from "./spool.js";

const optionsSchema = z.strictObject(
  {
    batch: idSchema.optional(),
    startsOn: daySchema.optional(),
    endsOn: daySchema.optional(),
    openEnded: z.boolean({ error: "true or false" }).optional(),
    ...layoutFields,
    issuedAt: instantSchema.optional(),
    signUp: z.boolean({ error: "true or false" }).default(false),
    dryRun: z.boolean({ error: "true or false" }).default(false),
    signal: z.custom<AbortSignal>((value) => value instanceof AbortSignal, { error: "an AbortSignal" }).optional(),
    onProgress: z
      .custom<(progress: ImportProgress) => void>((value) => typeof value === "function", { error: "a function" })
      .optional(),
  },
  { error: "an object of options" },
);

/**
 * - `batch`, `startsOn`, `endsOn`, `openEnded`, `header`, `columns`, `anyShape`, `signal`, `onProgress`: as of `importFile`. Rows at hand that name no batch
 *   join `assigned`.
 * - `issuedAt`: when the codes were given out that do not say it, a `Date` or Unix milliseconds. Default: such rows are refused.
 * - `signUp`: record this offer as the sign-up offer of each subscriber who has none. Default `false`.
 * - `dryRun`: report what would happen and change nothing. Default `false`.
 */
export type ImportAssignmentsOptions = z.input<typeof optionsSchema>;

/**
 * What became of codes that people hold. `known`: recorded for the same subscriber before. `heldByAnother`, `inOtherOffer`: left where they are.
 * `leftOut`: `free` codes have no subscriber, `void` ones were taken out of use. `refused`: rows that are wrong.
 */
export type AssignmentsReport = Refusals & {
  offerId: string;
  file: string;
  dryRun: boolean;
  complete: boolean;
  hasHeader: boolean;
  batches: (Batch & { added: number })[];
  codes: number;
  added: number;
  duplicates: { known: number; heldByAnother: number; inOtherOffer: number };
  leftOut: { free: number; void: number };
};

/**
 * Records codes that subscribers hold already, such as those of another provider: the next campaign then shows each subscriber the same code as before, and
 * redemptions find it. `rows`: a CSV file (a path, `-` for standard input, or a source) with the columns `code`, `subscriber_id`, `issued_at` and `redeemed_at`, as
 * `exportCodes` and the exports of providers call them; or the rows themselves. All of them are checked before the first is written.
 * A subscriber's first code is the one issued earliest. Running it again changes nothing, and adds what an interrupted run left.
 *
 * @example
 * await importAssignments(store, "welcome10", "given-out.csv");
 * await importAssignments(store, "welcome10", [{ code: "A7K2", subscriberId: "sub_1", issuedAt: new Date("2026-10-01") }]);
 */
export async function importAssignments(
  store: OfferStore,
  offerId: string,
  rows: string | TextSource | Iterable<AssignmentRow> | AsyncIterable<AssignmentRow>,
  options: ImportAssignmentsOptions = {},
): Promise<AssignmentsReport> {
  const settings = checked(optionsSchema, "options", options);
  const state = await store.loadOffer(offerId);
  if (state === null) throw unknownOffer(offerId);
  const spool = await Spool.create();
  try {
    const report = await readWhole(rows, spool, state, settings);
    await assignAll(store, report, spool, settings);
    return report;
  } finally {
    await spool.close();
  }
}

type Settings = z.output<typeof optionsSchema>;

/** Reads all rows before the first is written. */
async function readWhole(
  rows: string | TextSource | Iterable<AssignmentRow> | AsyncIterable<AssignmentRow>,
  spool: Spool,
  state: OfferState,
  { dryRun, openEnded, onProgress, ...options }: Settings,
): Promise<AssignmentsReport> {
  const file = await openAssignments(rows, { ...options, timeZone: state.offer.timeZone });
  let lines = 0;
  for await (const handful of file.rows) {
    for (const { batch, ...assignment } of handful) {
      const writing = spool.add(batch, textOf(assignment));
      if (writing !== undefined) await writing;
    }
    lines += handful.length;
    onProgress?.({ phase: "reading", done: lines, total: file.progress() });
  }
  await spool.finish();
  const { name, hasHeader, batches, refusals, leftOut } = file;
  if (spool.count === 0) throw nothingIn(name, refusals, leftOut);
  for (const batch of batches) {
    expectSameDays(state, batch);
    inFile(name, () => expectBatchFits(state, batch, { openEnded }));
  }
  return {
    offerId: state.offer.id,
    file: name,
    dryRun,
    complete: true,
    hasHeader,
    batches: batches.map((batch) => ({ ...batch, added: 0 })),
    codes: spool.count,
    added: 0,
    duplicates: { known: 0, heldByAnother: 0, inOtherOffer: 0 },
    leftOut,
    ...refusals,
  };
}

async function assignAll(store: OfferStore, report: AssignmentsReport, spool: Spool, settings: Settings) {
  const { dryRun, signUp, signal, onProgress } = settings;
  const { offerId, duplicates } = report;
  let done = 0;
  onProgress?.({ phase: "adding", done, total: spool.count });
  await oneAhead(spool.chunks(), async (chunk: Chunk) => {
    if (signal?.aborted) {
      report.complete = false;
      return;
    }
    const { added: _added, ...batch } = report.batches[chunk.batch] as AssignmentsReport["batches"][number];
    const items = chunk.codes.map(assignmentOf);
    const outcomes = await (dryRun ? trial(store, offerId, items) : store.assign(offerId, batch, items));
    if (signUp && !dryRun) await Promise.all(items.map((item) => store.recordSignUp(item.subscriberId, offerId)));
    const many = (outcome: AssignOutcome) => outcomes.filter((each) => each === outcome).length;
    report.added += many("assigned");
    (report.batches[chunk.batch] as { added: number }).added += many("assigned");
    duplicates.known += many("known");
    duplicates.heldByAnother += many("held-by-another");
    duplicates.inOtherOffer += many("in-other-offer");
    done += items.length;
    onProgress?.({ phase: "adding", done, total: spool.count });
  });
}

/** What `assign` would return for each row by itself. */
async function trial(store: OfferStore, offerId: string, items: readonly Assignment[]): Promise<AssignOutcome[]> {
  const outcomes = await store.tryCodes(
    offerId,
    items.map(({ code }) => code),
  );
  return Promise.all(
    outcomes.map(async (outcome, index): Promise<AssignOutcome> => {
      if (outcome === "in-other-offer") return outcome;
      if (outcome !== "given-out") return "assigned";
      const { code, subscriberId } = items[index] as Assignment;
      return (await store.findCode(code))?.subscriberId === subscriberId ? "known" : "held-by-another";
    }),
  );
}

/** Ids and codes hold no control character, so a tab parts them. */
function textOf({ code, subscriberId, messageId, issuedAt, redeemedAt }: Assignment): string {
  return `${code}\t${subscriberId}\t${messageId}\t${issuedAt}\t${redeemedAt ?? ""}`;
}

function assignmentOf(text: string): Assignment {
  const [code, subscriberId, messageId, issued, redeemed] = text.split("\t") as [
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    code,
    subscriberId,
    messageId,
    issuedAt: Number(issued),
    redeemedAt: redeemed === "" ? null : Number(redeemed),
  };
}

function nothingIn(name: string, { refused, refusedAt: [first] }: Refusals, { free }: AssignmentsReport["leftOut"]) {
  const why = [
    ...(first === undefined ? [] : [`${refused} refused, the first in line ${first.line} for ${first.why}`]),
    ...(free > 0 ? [`${free} without a subscriber`] : []),
  ].join(", ");
  return new InvalidInputError(`${name}: there is no code in it that somebody holds${why === "" ? "" : `: ${why}`}`);
}
