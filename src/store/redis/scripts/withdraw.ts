import type { Connection } from "../connection.js";
import type { Turn } from "../import-lock.js";
import { FENCE, RECORDS, script } from "../lua.js";
import { recordsBroken, unexpectedReply } from "../reply.js";

/** Codes that leave the pool in one step: a millisecond or two. */
const CHUNK = 1000;

/**
 * Takes codes that nobody has out of a batch, from the head of its pool list and from those released. Their records become empty, so that all others keep
 * their places. A code of the list that was redeemed gets a record of its own and stays known.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the number of the turn
 * ARGV[2]  the batch's id
 *
 * Replies {} for an unknown batch, { "turn-over", the newer turn }, or { "withdrawn", number of the offer, number of the batch, how many codes were looked at,
 * then for each withdrawn code its place and the code }.
 */
const WITHDRAW = script(
  "withdraw",
  "writes",
  `${RECORDS}
local n = redis.call("HGET", base, "batch:" .. ARGV[2])
if not n then return {} end
${FENCE}
local pool, used, back = base .. ":pool:" .. n, base .. ":used:" .. n, base .. ":back:" .. n
local counters = base .. ":batch:" .. n
local taken = tonumber(redis.call("HGET", counters, "taken") or 0)
local codes = redis.call("LRANGE", pool, 0, ${CHUNK - 1})
local places = redis.call("ZRANGE", back, 0, ${CHUNK - 1})
local reply = { "withdrawn", redis.call("HGET", base, "number"), n, #codes + #places }
local first = n * PLACES + taken
if #codes > 0 and redis.call("LLEN", (pageKey(first))) ~= taken % PAGE then return { "records-broken" } end

local hasUsed = redis.call("EXISTS", used) == 1
local records, redeemed = {}, {}
for i = 1, #codes do
  local place = taken + i - 1
  local at = hasUsed and redis.call("HGET", used, place)
  if at then
    records[i] = codes[i] .. "\\t\\t\\t\\t\\t" .. at
    redeemed[#redeemed + 1] = place
  else
    records[i] = ""
    reply[#reply + 1] = place
    reply[#reply + 1] = codes[i]
  end
end
for i = 1, #places do
  reply[#reply + 1] = places[i]
  reply[#reply + 1] = fields(readRecord(n * PLACES + places[i]))[1]
end

local from = 1
while from <= #codes do
  local key, at = pageKey(first + from - 1)
  local to = math.min(from + PAGE - 1 - at, #codes)
  redis.call("RPUSH", key, unpack(records, from, to))
  from = to + 1
end
if #codes > 0 then
  redis.call("LTRIM", pool, #codes, -1)
  redis.call("HINCRBY", counters, "taken", #codes)
end
for i = 1, #redeemed do redis.call("HDEL", used, redeemed[i]) end
for i = 1, #places do
  redis.call("ZREM", back, places[i])
  writeRecord(n * PLACES + places[i], "")
end
return reply
`,
);

/** `looked`: how many codes there were, redeemed ones included; 0 when all is done. */
export type Withdrawn = {
  readonly offerNumber: number;
  readonly batch: number;
  readonly looked: number;
  readonly codes: readonly { readonly place: number; readonly code: string }[];
};

/** Some of the codes of a batch that nobody has, or `null` for an unknown batch. */
export async function withdrawSome(
  connection: Connection,
  base: string,
  turn: Turn,
  batchId: string,
): Promise<Withdrawn | null> {
  const reply = await connection.run(WITHDRAW, [base], [turn.number, batchId]);
  if (!Array.isArray(reply)) throw unexpectedReply(WITHDRAW, reply);
  if (reply.length === 0) return null;
  const [status, offerNumber, batch, looked, ...codes] = reply;
  if (status === "turn-over") throw turn.over(offerNumber);
  if (status === "records-broken") throw recordsBroken(`"${batchId}"`);
  if (status !== "withdrawn") throw unexpectedReply(WITHDRAW, reply);
  const withdrawn = Array.from({ length: codes.length / 2 }, (_, at) => ({
    place: Number(codes[2 * at]),
    code: String(codes[2 * at + 1]),
  }));
  return { offerNumber: Number(offerNumber), batch: Number(batch), looked: Number(looked), codes: withdrawn };
}
