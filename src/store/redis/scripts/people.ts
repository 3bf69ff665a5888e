import type { Batch } from "../../../domain/offer.js";
import type { Assignment, AssignOutcome, CodeRecord } from "../../store.js";
import { hashOf } from "../buckets.js";
import type { Connection } from "../connection.js";
import type { Turn } from "../import-lock.js";
import { ALL_REFS, FENCE, RECORDS, script } from "../lua.js";
import { instantText, integerFrom, recordsBroken, unexpectedReply } from "../reply.js";
import { type OpenBatch, RESERVED } from "./add-codes.js";
import { codeRecord } from "./find-code.js";

/**
 * All codes that a subscriber was given from an offer. Changes nothing.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the subscriber, ARGV[2] the hash of the id
 *
 * Replies for each code, newest first, its batch as JSON and its record.
 */
const CODES_OF = script(
  "codes-of",
  "reads",
  `${RECORDS}${ALL_REFS}
local reply = {}
for _, ref in ipairs(allRefs(bucketKey(ARGV[2]), ARGV[1])) do
  reply[#reply + 1] = redis.call("LINDEX", base .. ":batches", math.floor(ref / PLACES))
  reply[#reply + 1] = readRecord(ref)
end
return reply
`,
);

export async function codesOf(
  connection: Connection,
  base: string,
  offerId: string,
  subscriberId: string,
): Promise<CodeRecord[]> {
  const reply = await connection.run(CODES_OF, [base], [subscriberId, String(hashOf(subscriberId))]);
  if (!Array.isArray(reply)) throw unexpectedReply(CODES_OF, reply);
  const records: CodeRecord[] = [];
  for (let at = 0; at < reply.length; at += 2) {
    records.push(codeRecord(offerId, JSON.parse(reply[at] as string) as Batch, "given-out", reply[at + 1] as string));
  }
  return records;
}

/**
 * Lets codes of an offer be held by subscribers who hold them elsewhere.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the number of the turn
 * ARGV[2]  the offer's incarnation
 * ARGV[3]  how many codes there are
 * ARGV[4]  for each code texts that end with a zero byte: its ref, the code, the subscriber, the hash of the id, the message, when it was issued and
 *          when it was redeemed, "" where it was not; instants in base 36 milliseconds
 *
 * Replies { "turn-over", the newer turn }, { "changed-meanwhile" }, { "records-broken", batch number }, or { "done", then for each code "assigned", "known", "held-by-another",
 * or "later" where codes of the pool that come before it have to be taken out first, which was begun }.
 *
 * A code leaves the pool list by its head only. So whatever waits before it becomes a released code, to be drawn in the same order as before.
 */
const ASSIGN = script(
  "assign",
  "writes",
  `${RECORDS}${ALL_REFS}
if redis.call("HEXISTS", base, "offer") == 0 then return { "changed-meanwhile" } end
${FENCE}
if redis.call("HGET", base, "incarnation") ~= ARGV[2] then return { "changed-meanwhile" } end
local AT_ONCE, RESERVED = 1000, "${RESERVED}"
local reply, items, at = { "done" }, ARGV[4], 1

-- Draws codes of a batch up to a place, some at a time, and puts them back as released ones. Returns whether the place was reached.
local function drawUpTo(n, place)
  local pool, used, counters = base .. ":pool:" .. n, base .. ":used:" .. n, base .. ":batch:" .. n
  local taken = tonumber(redis.call("HGET", counters, "taken") or 0)
  if place < taken then return true end
  local codes = redis.call("LRANGE", pool, 0, math.min(place - taken, AT_ONCE - 1))
  local hasUsed = redis.call("EXISTS", used) == 1
  local ends, free = {}, {}
  for i = 1, #codes do
    local since = hasUsed and redis.call("HGET", used, taken + i - 1)
    ends[i] = since or ""
    if not since then free[#free + 1] = taken + i - 1 end
  end
  if redis.call("LLEN", (pageKey(n * PLACES + taken))) ~= taken % PAGE then return nil end
  for i = 1, #codes do
    local record = ends[i] == "" and codes[i] or codes[i] .. "\\t\\t\\t\\t\\t" .. ends[i]
    redis.call("RPUSH", (pageKey(n * PLACES + taken + i - 1)), record)
  end
  redis.call("LTRIM", pool, #codes, -1)
  redis.call("HINCRBY", counters, "taken", #codes)
  for i = 1, #codes do
    if ends[i] ~= "" then redis.call("HDEL", used, taken + i - 1) end
  end
  for i = 1, #free do redis.call("ZADD", base .. ":back:" .. n, free[i], free[i]) end
  return place < taken + #codes
end

local function issuedAt(ref) return tonumber(fields(readRecord(ref))[4], 36) or 0 end

local function give(ref, n, place, found, subscriber, hash, message, issued, redeemed)
  local counters, used = base .. ":batch:" .. n, found[6] ~= "" and found[6] ~= RESERVED and found[6] or redeemed
  redis.call("ZREM", base .. ":back:" .. n, place)
  if found[6] ~= "" then redis.call("HINCRBY", counters, "used", -1) end
  if used ~= "" then redis.call("HINCRBY", counters, "redeemed", 1) end
  redis.call("HINCRBY", counters, "given", 1)
  redis.call("HINCRBY", counters, dayField(issued), 1)
  writeRecord(ref, record({ found[1], subscriber, message, issued, "s", used, found[7] }))
  local bucket = bucketKey(hash)
  local refs, position, since = allRefs(bucket, subscriber), 1, tonumber(issued, 36)
  while refs[position] and issuedAt(refs[position]) > since do position = position + 1 end
  table.insert(refs, position, ref)
  putRefs(bucket, subscriber, refs)
  return "assigned"
end

local function assign(ref, code, subscriber, hash, message, issued, redeemed)
  local place = ref % PLACES
  local n = (ref - place) / PLACES
  local isDrawn = drawUpTo(n, place)
  if isDrawn == nil then return nil end
  if not isDrawn then return "later" end
  local found = fields(readRecord(ref))
  if found[4] == "" then return give(ref, n, place, found, subscriber, hash, message, issued, redeemed) end
  if found[2] ~= subscriber then return "held-by-another" end
  if found[6] == "" and redeemed ~= "" then
    found[6] = redeemed
    writeRecord(ref, record(found))
    redis.call("HINCRBY", base .. ":batch:" .. n, "redeemed", 1)
  end
  return "known"
end

for i = 1, tonumber(ARGV[3]) do
  local ref, code, subscriber, hash, message, issued, redeemed
  ref, code, subscriber, hash, message, issued, redeemed, at = struct.unpack("sssssss", items, at)
  local outcome = assign(tonumber(ref), code, subscriber, hash, message, issued, redeemed)
  if not outcome then return { "records-broken", math.floor(tonumber(ref) / PLACES) } end
  reply[i + 1] = outcome
  if outcome == "later" then return reply end
end
return reply
`,
);

/** A code to assign, and the ref where it is. */
export type PlacedAssignment = { readonly ref: number; readonly item: Assignment };

/** The outcomes of the first of them; the rest is to be asked for again. */
export async function assignPlaced(
  connection: Connection,
  base: string,
  turn: Turn,
  { incarnation }: Pick<OpenBatch, "incarnation">,
  items: readonly PlacedAssignment[],
): Promise<AssignOutcome[]> {
  const texts = items.map(({ ref, item }) => assignmentText(ref, item)).join("");
  const reply = await connection.run(ASSIGN, [base], [turn.number, incarnation, String(items.length), texts]);
  if (!Array.isArray(reply)) throw unexpectedReply(ASSIGN, reply);
  const [status, ...outcomes] = reply;
  if (status === "turn-over") throw turn.over(outcomes[0]);
  if (status === "changed-meanwhile") throw turn.over(turn.number);
  if (status === "records-broken") throw recordsBroken(`number ${outcomes[0]}`);
  if (status !== "done") throw unexpectedReply(ASSIGN, reply);
  return outcomes.filter((outcome) => outcome !== "later") as AssignOutcome[];
}

function assignmentText(ref: number, { code, subscriberId, messageId, issuedAt, redeemedAt }: Assignment): string {
  const redeemed = redeemedAt === null ? "" : instantText(redeemedAt);
  const texts = [ref, code, subscriberId, hashOf(subscriberId), messageId, instantText(issuedAt), redeemed];
  return `${texts.join("\0")}\0`;
}

/**
 * Makes what one subscriber holds of an offer another's.
 *
 * KEYS[1]  the offer
 * ARGV[1]  from whom, ARGV[2] the hash of the id
 * ARGV[3]  to whom, ARGV[4] the hash of the id
 *
 * Replies how many codes were moved.
 */
const MERGE = script(
  "merge",
  "writes",
  `${RECORDS}${ALL_REFS}
local from, to = bucketKey(ARGV[2]), bucketKey(ARGV[4])
local moved, refs = allRefs(from, ARGV[1]), allRefs(to, ARGV[3])
if #moved == 0 then return 0 end
local issued = {}
for _, ref in ipairs(moved) do refs[#refs + 1] = ref end
for place, ref in ipairs(refs) do
  issued[ref] = { tonumber(fields(readRecord(ref))[4], 36) or 0, place }
end
table.sort(refs, function(one, other)
  if issued[one][1] ~= issued[other][1] then return issued[one][1] > issued[other][1] end
  return issued[one][2] < issued[other][2]
end)
for _, ref in ipairs(moved) do
  local found = fields(readRecord(ref))
  found[2], found[5] = ARGV[3], "s"
  writeRecord(ref, record(found))
end
putRefs(to, ARGV[3], refs)
redis.call("HDEL", from, ARGV[1])
redis.call("HDEL", olderKey(from), ARGV[1])
return #moved
`,
);

export async function mergeHolders(connection: Connection, base: string, from: string, into: string): Promise<number> {
  const args = [from, String(hashOf(from)), into, String(hashOf(into))];
  return integerFrom(MERGE, await connection.run(MERGE, [base], args));
}
