import type { Batch } from "../../../domain/offer.js";
import type { Connection } from "../connection.js";
import type { Turn } from "../import-lock.js";
import { PLACES } from "../keys.js";
import { FENCE, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";
import { NEXT_REVISION, proposedRevision } from "./offers.js";

/** The instant at which a code counts as redeemed that is in the pool list and about to be assigned: no claim draws it. */
export const RESERVED = "0";
/** Codes that go to the pool by one command: what Lua can hand over at once. */
const PUSHED_AT_ONCE = 1000;

/** Finds the batch with this id, and how many codes it has had so far. Needs ARGV[2] and ARGV[3], its id and its JSON. */
const BATCH = `
local base = KEYS[1]
if redis.call("HEXISTS", base, "offer") == 0 then return { "unknown-offer" } end
local batch = redis.call("HGET", base, "batch:" .. ARGV[2])
local isNew = not batch
if isNew then
  batch = redis.call("LLEN", base .. ":batches")
else
  local known = redis.call("LINDEX", base .. ":batches", batch)
  if known ~= ARGV[3] then return { "different-days", known } end
end
local pool = base .. ":pool:" .. batch
local size = tonumber(redis.call("HGET", base .. ":batch:" .. batch, "taken") or 0) + redis.call("LLEN", pool)
`;

/**
 * Where the next codes of a batch will go. From then on, those that had their turn before change nothing in this offer.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the number of the turn
 * ARGV[2]  the batch's id
 * ARGV[3]  the batch as JSON
 *
 * Replies { "unknown-offer" }, { "different-days", the known batch as JSON }, { "turn-over", the newer turn }, or
 * { "ready", number of the offer, incarnation, number of the batch, size of the batch, codes of the offer so far, buckets }.
 */
const BEGIN_IMPORT = script(
  "begin-import",
  "writes",
  `${BATCH}${FENCE}
local found = redis.call("HMGET", base, "number", "incarnation", "codes", "buckets")
return { "ready", found[1], found[2], batch, size, found[3] or 0, found[4] }
`,
);

/**
 * Adds codes to the end of a batch, opening the batch where it is new.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the number of the turn
 * ARGV[2]  the batch's id
 * ARGV[3]  the batch as JSON
 * ARGV[4]  the offer's incarnation, ARGV[5] the batch's number, ARGV[6] its size: as they were when the turn began
 * ARGV[7]  the channel of changes, ARGV[8] what to tell there when the batch is new, ARGV[9] the revision that the offer gets then
 * ARGV[10] how many codes there are
 * ARGV[11] "reserve" to keep them from being drawn, or ""
 * ARGV[12] the codes, each with a zero byte at its end. All in one, because each argument costs client and server as much as a code.
 *
 * Replies as above, { "changed-meanwhile" }, or { "added" }. Run again after a lost reply it adds nothing and replies the same.
 */
const ADD_CODES = script(
  "add-codes",
  "writes",
  `${NEXT_REVISION}${BATCH}${FENCE}
local added = table.concat({ ARGV[1], batch, ARGV[6] }, " ")
if redis.call("HGET", base, "added") == added then return { "added" } end
local isSame = redis.call("HGET", base, "incarnation") == ARGV[4] and tonumber(batch) == tonumber(ARGV[5]) and size == tonumber(ARGV[6])
if not isSame then return { "changed-meanwhile" } end
if isNew then
  redis.call("RPUSH", base .. ":batches", ARGV[3])
  redis.call("HSET", base, "batch:" .. ARGV[2], batch)
  nextRevision(base, tonumber(ARGV[9]))
  redis.call("PUBLISH", ARGV[7], ARGV[8])
end
local left, codes, at = tonumber(ARGV[10]), ARGV[12], 1
redis.call("HINCRBY", base, "codes", left)
if ARGV[11] == "reserve" then
  for place = size, size + left - 1 do redis.call("HSET", base .. ":used:" .. batch, place, "${RESERVED}") end
  redis.call("HINCRBY", base .. ":batch:" .. batch, "used", left)
end
while left > 0 do
  local many = math.min(left, ${PUSHED_AT_ONCE})
  local some = { struct.unpack(string.rep("s", many), codes, at) }
  at = table.remove(some)
  redis.call("RPUSH", pool, unpack(some))
  left = left - many
end
redis.call("HSET", base, "added", added)
return { "added" }
`,
);

/** A batch with room for the next codes, as it was when the turn to import began. */
export type OpenBatch = {
  readonly batch: Batch;
  readonly offerNumber: number;
  readonly incarnation: string;
  readonly number: number;
  readonly size: number;
  /** Codes that the offer has had so far, and the buckets that its subscribers are spread over. */
  readonly codes: number;
  readonly buckets: number;
};

export type Refusal =
  | { status: "different-days"; known: Batch }
  | { status: "unknown-offer" }
  | { status: "batch-full" };

export async function beginImport(
  connection: Connection,
  base: string,
  turn: Turn,
  batch: Batch,
  many: number,
): Promise<{ status: "ready"; open: OpenBatch } | Refusal> {
  const reply = await connection.run(BEGIN_IMPORT, [base], [turn.number, batch.id, batchText(batch)]);
  const refusal = refusalFrom(reply, turn);
  if (refusal !== null) return refusal;
  const [status, offerNumber, incarnation, ...numbers] = reply as unknown[];
  if (status !== "ready") throw unexpectedReply(BEGIN_IMPORT, reply);
  const [number = 0, size = 0, codes = 0, buckets = 1] = numbers.map(Number);
  if (size + many >= PLACES) return { status: "batch-full" };
  const open = {
    batch,
    offerNumber: Number(offerNumber),
    incarnation: String(incarnation),
    number,
    size,
    codes,
    buckets,
  };
  return { status: "ready", open };
}

export async function addCodes(
  connection: Connection,
  base: string,
  turn: Turn,
  add: { open: OpenBatch; codes: readonly string[]; isReserved: boolean; channel: string; change: string },
): Promise<void> {
  const { open, codes, isReserved, channel, change } = add;
  const { batch, incarnation, number, size } = open;
  const args = [
    turn.number,
    batch.id,
    batchText(batch),
    incarnation,
    String(number),
    String(size),
    channel,
    change,
    proposedRevision(),
    String(codes.length),
    isReserved ? "reserve" : "",
    `${codes.join("\0")}\0`,
  ];
  const reply = await connection.run(ADD_CODES, [base], args);
  const refusal = refusalFrom(reply, turn);
  const [status] = reply as unknown[];
  if (refusal !== null || status === "changed-meanwhile") throw turn.over(turn.number);
  if (status !== "added") throw unexpectedReply(ADD_CODES, reply);
}

function refusalFrom(reply: unknown, turn: Turn): Refusal | null {
  if (!Array.isArray(reply)) throw unexpectedReply(ADD_CODES, reply);
  const [status, detail] = reply;
  if (status === "turn-over") throw turn.over(detail);
  if (status === "unknown-offer") return { status };
  if (status === "different-days") return { status, known: JSON.parse(detail as string) as Batch };
  return null;
}

/** A batch is compared by its text, so its fields always stand in this order. */
export function batchText({ id, startsOn, endsOn }: Batch): string {
  return JSON.stringify({ id, startsOn, endsOn });
}
