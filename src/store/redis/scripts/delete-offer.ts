import type { Connection } from "../connection.js";
import { RECORDS, script } from "../lua.js";
import { integerFrom, unexpectedReply } from "../reply.js";

/** Codes that leave an offer in one step, and buckets of subscribers: a millisecond or two. */
const CODES_AT_ONCE = 1000;
const BUCKETS_AT_ONCE = 200;

/**
 * Closes an offer, so that it is unknown from then on. Its codes stay, to be removed step by step.
 *
 * KEYS[1]  the offer
 * ARGV[1]  "force" or ""
 * ARGV[2]  the channel of changes, ARGV[3] the change to publish
 *
 * Replies { "closed", its number or "" }, or { "in-use", codes in the pool, codes given out and not redeemed } where it is not forced.
 */
const CLOSE_OFFER = script(
  "close-offer",
  "writes",
  `local base = KEYS[1]
local inPool, held = 0, 0
for n = 0, redis.call("LLEN", base .. ":batches") - 1 do
  local free = redis.call("LLEN", base .. ":pool:" .. n) + redis.call("ZCARD", base .. ":back:" .. n)
  inPool = inPool + free - redis.call("HLEN", base .. ":used:" .. n)
  local counted = redis.call("HMGET", base .. ":batch:" .. n, "given", "redeemed")
  held = held + (counted[1] or 0) - (counted[2] or 0)
end
local isOpen = redis.call("HEXISTS", base, "offer") == 1
if isOpen and ARGV[1] == "" and inPool + held > 0 then return { "in-use", inPool, held } end
if isOpen then
  redis.call("HDEL", base, "offer", "revision")
  redis.call("PUBLISH", ARGV[2], ARGV[3])
end
return { "closed", redis.call("HGET", base, "number") or "" }
`,
);

/**
 * Removes some codes of a closed offer, the last ones first.
 *
 * KEYS[1]  the offer
 *
 * Replies {} when no batch is left, or { number of the batch, then for each code removed its place and the code }.
 */
const REMOVE_CODES = script(
  "remove-codes",
  "writes",
  `${RECORDS}
if redis.call("HEXISTS", base, "offer") == 1 then return {} end
local n = redis.call("LLEN", base .. ":batches") - 1
if n < 0 then return {} end
local pool, counters = base .. ":pool:" .. n, base .. ":batch:" .. n
local taken = tonumber(redis.call("HGET", counters, "taken") or 0)
local size = redis.call("LLEN", pool)
local reply = { n }
if size > 0 then
  local from = math.max(0, size - ${CODES_AT_ONCE})
  local codes = redis.call("LRANGE", pool, from, -1)
  for i = 1, #codes do
    reply[#reply + 1] = taken + from + i - 1
    reply[#reply + 1] = codes[i]
  end
  redis.call("LTRIM", pool, 0, from - 1)
  if from == 0 then redis.call("DEL", pool) end
elseif taken > 0 then
  local first = taken - 1 - (taken - 1) % PAGE
  local key = pageKey(n * PLACES + first)
  local records = redis.call("LRANGE", key, 0, -1)
  for i = 1, #records do
    if records[i] ~= "" then
      reply[#reply + 1] = first + i - 1
      reply[#reply + 1] = fields(records[i])[1]
    end
  end
  redis.call("DEL", key)
  redis.call("HSET", counters, "taken", first)
else
  redis.call("DEL", counters, base .. ":used:" .. n, base .. ":back:" .. n)
  redis.call("LTRIM", base .. ":batches", 0, n - 1)
  if n == 0 then redis.call("DEL", base .. ":batches") end
end
return reply
`,
);

/**
 * Removes what subscribers held of a closed offer, some buckets at a time, and in the end the offer.
 *
 * KEYS[1]  the offer
 *
 * Replies how many buckets are left, or -1 when all is gone.
 */
const REMOVE_HOLDERS = script(
  "remove-holders",
  "writes",
  `local base = KEYS[1]
if redis.call("HEXISTS", base, "offer") == 1 then return -1 end
local buckets = tonumber(redis.call("HGET", base, "buckets") or 0)
local left = math.max(0, buckets - ${BUCKETS_AT_ONCE})
for bucket = left, buckets - 1 do
  local key = string.format("%s:s:%d", base, bucket)
  redis.call("DEL", key, key .. ":older")
end
if left > 0 then
  redis.call("HSET", base, "buckets", left)
  return left
end
redis.call("DEL", base)
return -1
`,
);

/**
 * Takes an offer off the list of offers. Its number is remembered as that of a deleted one.
 *
 * KEYS[1]  the list of offers
 * ARGV[1]  the offer's id
 *
 * Replies 1.
 */
const UNLIST_OFFER = script(
  "unlist-offer",
  "writes",
  `local number = redis.call("HGET", KEYS[1], ARGV[1])
if not number then return 1 end
redis.call("HSET", KEYS[1], "\\t" .. number, "")
redis.call("HDEL", KEYS[1], ARGV[1])
return 1
`,
);

export type Closed = { status: "closed"; number: number | null } | { status: "in-use"; inPool: number; held: number };

export async function closeOffer(
  connection: Connection,
  base: string,
  close: { force: boolean; channel: string; change: string },
): Promise<Closed> {
  const { force, channel, change } = close;
  const reply = await connection.run(CLOSE_OFFER, [base], [force ? "force" : "", channel, change]);
  const [status, first, second] = Array.isArray(reply) ? reply : [];
  if (status === "in-use") return { status, inPool: Number(first), held: Number(second) };
  if (status !== "closed") throw unexpectedReply(CLOSE_OFFER, reply);
  return { status, number: first === "" ? null : Number(first) };
}

/** `codes`: those that were removed, with their places. */
export type Removed = { readonly batch: number; readonly codes: { readonly place: number; readonly code: string }[] };

/** `null`: there is none left. */
export async function removeCodes(connection: Connection, base: string): Promise<Removed | null> {
  const reply = await connection.run(REMOVE_CODES, [base], []);
  if (!Array.isArray(reply)) throw unexpectedReply(REMOVE_CODES, reply);
  if (reply.length === 0) return null;
  const [batch, ...items] = reply;
  const codes = [];
  for (let at = 0; at < items.length; at += 2) codes.push({ place: Number(items[at]), code: String(items[at + 1]) });
  return { batch: Number(batch), codes };
}

export async function removeHolders(connection: Connection, base: string): Promise<void> {
  while (integerFrom(REMOVE_HOLDERS, await connection.run(REMOVE_HOLDERS, [base], [])) >= 0);
}

export async function unlistOffer(connection: Connection, list: string, offerId: string): Promise<void> {
  await connection.run(UNLIST_OFFER, [list], [offerId]);
}
