import { z } from "zod";
import { INSTANT_EXPECTED } from "../domain/calendar.js";
import { checked, checkItems, InvalidInputError } from "../domain/errors.js";
import { codeSchema, idSchema, isId } from "../domain/identifier.js";
import type { Batch } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";
import type { Assignment } from "../store/store.js";
import { type CodeRow, type CodesFile, openCodesFile, type Refusals, refuse } from "./codes-file.js";
import type { LayoutOptions } from "./csv/table.js";
import { instantSchema } from "./instant-schema.js";
import { cellInstant } from "./instant-text.js";
import { type TextSource, textSource } from "./source.js";

const rowSchema = z.strictObject(
  {
    code: codeSchema,
    subscriberId: idSchema,
    issuedAt: instantSchema.optional(),
    redeemedAt: instantSchema.nullish(),
    messageId: idSchema.optional(),
  },
  { error: "a code with its subscriber" },
);

/**
 * A code that a subscriber holds. `issuedAt`, `redeemedAt`: a `Date` or Unix milliseconds. `messageId`: the message that gave the code, so that this message shows it
 * again whatever comes after.
 */
export type AssignmentRow = z.input<typeof rowSchema>;

export type AssignmentsOptions = LayoutOptions & {
  timeZone: string;
  batch?: string | undefined;
  startsOn?: string | undefined;
  endsOn?: string | undefined;
  anyShape?: boolean | undefined;
  issuedAt?: Date | UnixMs | undefined;
};

/** Rows that are checked one by one. `batch`: the number of a row's batch in `batches`. */
export type Assignments = {
  readonly name: string;
  readonly hasHeader: boolean;
  readonly batches: readonly Batch[];
  readonly refusals: Refusals;
  readonly leftOut: { free: number; void: number };
  readonly rows: AsyncIterable<(Assignment & { batch: number })[]>;
  progress(): number | null;
};

const ORDER = ["code", "subscriber_id", "issued_at", "redeemed_at"] as const;
const HANDFUL = 500;

/** Opens a file of codes with those who hold them, or rows at hand. */
export function openAssignments(
  rows: string | TextSource | Iterable<AssignmentRow> | AsyncIterable<AssignmentRow>,
  options: AssignmentsOptions,
): Promise<Assignments> {
  if (typeof rows === "string") return fromFile(textSource(rows), options);
  return "text" in Object(rows)
    ? fromFile(rows as TextSource, options)
    : fromRows(rows as Iterable<AssignmentRow>, options);
}

async function fromFile(source: TextSource, options: AssignmentsOptions): Promise<Assignments> {
  const { name } = source;
  const file = await openCodesFile(source, { ...options, order: ORDER });
  const { hasHeader, batches, refusals, columns } = file;
  if (!columns.includes("subscriber_id")) {
    const text = "there is no column subscriber_id: name it (--columns code=NAME,subscriber=NAME)";
    throw new InvalidInputError(`${name}: ${text}`);
  }
  if (!columns.includes("issued_at") && options.issuedAt === undefined) {
    const text =
      "no column issued_at says when the codes were given out: name it, or give one instant for all (--issued-at)";
    throw new InvalidInputError(`${name}: ${text}`);
  }
  const leftOut = { free: 0, void: 0 };
  return {
    name,
    hasHeader,
    batches,
    refusals,
    leftOut,
    rows: heldRows(file, leftOut, options),
    progress: () => source.progress(),
  };
}

async function* heldRows(file: CodesFile, leftOut: Assignments["leftOut"], options: AssignmentsOptions) {
  for await (const rows of file.rows) {
    const held: (Assignment & { batch: number })[] = [];
    for (const row of rows) {
      const { subscriber_id } = row.cells;
      if (row.standing === "void") leftOut.void += 1;
      else if (subscriber_id === "") leftOut.free += 1;
      else {
        const assignment = assignmentOf(row, options);
        if (typeof assignment === "string") refuse(file.refusals, row.line, row.code, assignment);
        else held.push({ ...assignment, batch: file.batchOf(row) });
      }
    }
    yield held;
  }
}

/** The assignment of a row, or why it is none. */
function assignmentOf({ code, standing, cells }: CodeRow, options: AssignmentsOptions): Assignment | string {
  const { subscriber_id: subscriberId, issued_at, redeemed_at } = cells;
  if (!isId(subscriberId)) return "a subscriber that is no id";
  if (cells.message_id !== "" && !isId(cells.message_id)) return "a message that is no id";
  const issuedAt = issued_at === "" ? options.issuedAt : cellInstant(issued_at, options.timeZone);
  if (issuedAt === undefined || issuedAt === null) return "no instant at which it was issued";
  const messageId = cells.message_id === "" ? messageOf(code) : cells.message_id;
  const usedAt = cellInstant(redeemed_at, options.timeZone) ?? Number(issuedAt);
  return { code, subscriberId, messageId, issuedAt: Number(issuedAt), redeemedAt: standing === "used" ? usedAt : null };
}

async function fromRows(
  rows: Iterable<AssignmentRow> | AsyncIterable<AssignmentRow>,
  { batch = "assigned", startsOn, endsOn, issuedAt }: AssignmentsOptions,
): Promise<Assignments> {
  checkItems("rows", "a file, or a list or a stream of rows", rows);
  const days = { ...(startsOn !== undefined && { startsOn }), ...(endsOn !== undefined && { endsOn }) };
  async function* read() {
    let index = 0;
    let handful: (Assignment & { batch: number })[] = [];
    for await (const row of rows) {
      const field = `rows[${index++}]`;
      const {
        code,
        subscriberId,
        messageId = messageOf(code),
        redeemedAt = null,
        ...given
      } = checked(rowSchema, field, row);
      const issued = given.issuedAt ?? issuedAt;
      if (issued === undefined)
        throw new InvalidInputError(`${field}.issuedAt: expected ${INSTANT_EXPECTED}, but got: undefined`);
      handful.push({ code, subscriberId, messageId, issuedAt: Number(issued), redeemedAt, batch: 0 });
      if (handful.length < HANDFUL) continue;
      yield handful;
      handful = [];
    }
    yield handful;
  }
  return {
    name: "rows",
    hasHeader: false,
    batches: [{ id: batch, ...days }],
    refusals: { refused: 0, refusedAt: [] },
    leftOut: { free: 0, void: 0 },
    rows: read(),
    progress: () => null,
  };
}

/** A message that nobody sends: no two codes of a subscriber may have one message. */
function messageOf(code: string): string {
  const text = `assigned ${code}`;
  return isId(text) ? text : code;
}
