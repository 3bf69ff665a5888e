import { codeKey } from "../../../identifier.js";
import type { Batch } from "../../../offer.js";
import type { AddedCodes, CodeOutcome } from "../../store.js";
import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/**
 * Adds codes to the end of a batch, opening the batch where it is new.
 *
 * KEYS[1]     the offer
 * KEYS[1 + i] the code bucket of code i
 * ARGV[1]     the batch's id
 * ARGV[2]     the batch as JSON
 * ARGV[3]     the batch's size when this upload began, or "" at its first call
 * ARGV[4]     the channel of changes, ARGV[5] what to tell there when the batch is new
 * ARGV[6...]  for each code: the code, and its lower case form or "" where that is the same
 *
 * Replies { "unknown-offer" }, { "different-days", the known batch as JSON }, { "batch-full" }, or
 * { "added", size of the batch before, then for each code that was not added its number and "in-file", "in-pool" or "given-out" }.
 */
const ADD_CODES = script(
  "add-codes",
  "writes",
  `${RECORDS}
if redis.call("EXISTS", base) == 0 then return { "unknown-offer" } end
local batch = redis.call("HGET", base, "batch:" .. ARGV[1])
local isNew = not batch
if isNew then
  batch = redis.call("LLEN", base .. ":batches")
else
  local known = redis.call("LINDEX", base .. ":batches", batch)
  if known ~= ARGV[2] then return { "different-days", known } end
end
local pool = base .. ":pool:" .. batch
local taken = tonumber(redis.call("HGET", base .. ":batch:" .. batch, "taken") or 0)
local size = taken + redis.call("LLEN", pool)
local since = ARGV[3] == "" and size or tonumber(ARGV[3])
if size + #KEYS > PLACES then return { "batch-full" } end

if isNew then
  redis.call("RPUSH", base .. ":batches", ARGV[2])
  redis.call("HSET", base, "batch:" .. ARGV[1], batch)
  redis.call("HINCRBY", base, "revision", 1)
  redis.call("PUBLISH", ARGV[4], ARGV[5])
end

local function outcome(ref)
  local place = ref % PLACES
  local of = (ref - place) / PLACES
  local isHere = of == tonumber(batch)
  if isHere and place >= since then return "in-file" end
  local drawn = isHere and taken or tonumber(redis.call("HGET", base .. ":batch:" .. of, "taken") or 0)
  if place >= drawn then return "in-pool" end
  return fields(readRecord(ref))[4] == "" and "in-pool" or "given-out"
end

local reply, new = { "added", size }, {}
local next = batch * PLACES + size
for i = 1, #KEYS - 1 do
  local code = ARGV[4 + i * 2]
  local key = ARGV[5 + i * 2]
  if key == "" then key = code end
  if redis.call("HSETNX", KEYS[i + 1], key, string.format("%.0f", next)) == 1 then
    next = next + 1
    new[#new + 1] = code
    if #new == 1000 then
      redis.call("RPUSH", pool, unpack(new))
      new = {}
    end
  else
    reply[#reply + 1] = i
    reply[#reply + 1] = outcome(tonumber(redis.call("HGET", KEYS[i + 1], key)))
  end
end
if #new > 0 then redis.call("RPUSH", pool, unpack(new)) end
return reply
`,
);

export type AddReply =
  | ({ status: "added" } & AddedCodes)
  | { status: "different-days"; known: Batch }
  | { status: "unknown-offer" }
  | { status: "batch-full" };

export async function addCodes(
  connection: Connection,
  keys: OfferKeys,
  add: { batch: Batch; codes: readonly string[]; since: number | undefined; channel: string; change: string },
): Promise<AddReply> {
  const { batch, codes, since, channel, change } = add;
  const keyList = [keys.base];
  const args = [batch.id, batchText(batch), since === undefined ? "" : String(since), channel, change];
  for (const code of codes) {
    const key = codeKey(code);
    keyList.push(keys.codeBucket(key));
    args.push(code, key === code ? "" : key);
  }
  const reply = await connection.run(ADD_CODES, keyList, args);
  if (!Array.isArray(reply)) throw unexpectedReply(ADD_CODES, reply);
  const [status, detail, ...exceptions] = reply;
  if (status === "unknown-offer" || status === "batch-full") return { status };
  if (status === "different-days") return { status, known: JSON.parse(detail as string) as Batch };
  if (status !== "added") throw unexpectedReply(ADD_CODES, reply);
  return { status, start: Number(detail), outcomes: outcomesOf(codes.length, exceptions) };
}

/** A batch is compared by its text, so its fields always stand in this order. */
function batchText({ id, startsOn, endsOn }: Batch): string {
  return JSON.stringify({ id, startsOn, endsOn });
}

function outcomesOf(size: number, exceptions: unknown[]): CodeOutcome[] {
  const outcomes: CodeOutcome[] = new Array(size).fill("added");
  for (let at = 0; at < exceptions.length; at += 2) {
    outcomes[Number(exceptions[at]) - 1] = exceptions[at + 1] as CodeOutcome;
  }
  return outcomes;
}
