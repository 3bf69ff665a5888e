import { codeKey } from "../../../domain/identifier.js";
import type { Connection } from "../connection.js";
import type { Hold } from "../import-lock.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

const CHUNK = 1000;

/**
 * The last codes of a batch's pool list and its released ones, to be withdrawn. Changes nothing.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the batch's id
 * ARGV[2]  how many
 *
 * Replies {} for an unknown batch, or { batch number, how many codes come from the list, code, ... }: first those of the list in
 * their order, then released ones.
 */
const LAST_CODES = script(
  "last-codes",
  "reads",
  `${RECORDS}
local n = redis.call("HGET", base, "batch:" .. ARGV[1])
if not n then return {} end
local codes = redis.call("LRANGE", base .. ":pool:" .. n, -tonumber(ARGV[2]), -1)
local reply = { n, #codes }
for i = 1, #codes do reply[2 + i] = codes[i] end
local back = redis.call("ZRANGE", base .. ":back:" .. n, 0, ${CHUNK - 1})
for i = 1, #back do reply[#reply + 1] = fields(readRecord(n * PLACES + back[i]))[1] end
return reply
`,
);

/**
 * Takes these codes out of the pool. A code of the list that was redeemed stays known and moves up to the gap.
 *
 * KEYS[1]     the offer
 * KEYS[1 + i] the code bucket of code i
 * ARGV[1]     the batch's number
 * ARGV[2]     how many of the codes stand at the end of the list
 * ARGV[2 + i] code i in lower case
 *
 * Replies { how many were withdrawn, how many stay because they were redeemed }, or { "changed-meanwhile" }.
 */
const WITHDRAW = script(
  "withdraw",
  "writes",
  `${RECORDS}
local n, listed = ARGV[1], tonumber(ARGV[2])
local pool, used, back = base .. ":pool:" .. n, base .. ":used:" .. n, base .. ":back:" .. n
local taken = tonumber(redis.call("HGET", base .. ":batch:" .. n, "taken") or 0)
local size = redis.call("LLEN", pool)
local start = taken + size - listed
-- Claims may have drawn some of the codes meanwhile. The index tells their places as before.
if start < taken then return { "changed-meanwhile" } end
for i = 1, #KEYS - 1 do
  local ref = tonumber(redis.call("HGET", KEYS[i + 1], ARGV[2 + i]) or nil)
  if not ref then return { "changed-meanwhile" } end
  local place = ref - n * PLACES
  local isThere = i <= listed and place == start + i - 1 or i > listed and redis.call("ZSCORE", back, place)
  if not isThere then return { "changed-meanwhile" } end
end

local codes = listed > 0 and redis.call("RPOP", pool, listed) or {}
local stay = 0
for i = 1, #KEYS - 1 do
  local place = tonumber(redis.call("HGET", KEYS[i + 1], ARGV[2 + i])) - n * PLACES
  local usedAt = i <= listed and redis.call("HGET", used, place)
  if usedAt then
    redis.call("HDEL", used, place)
    redis.call("HSET", used, start + stay, usedAt)
    redis.call("HSET", KEYS[i + 1], ARGV[2 + i], string.format("%.0f", n * PLACES + start + stay))
    redis.call("RPUSH", pool, codes[listed - i + 1])
    stay = stay + 1
  else
    redis.call("HDEL", KEYS[i + 1], ARGV[2 + i])
    if i > listed then
      redis.call("ZREM", back, place)
      writeRecord(n * PLACES + place, "")
    end
  end
end
return { #KEYS - 1 - stay, stay }
`,
);

/** Takes back all codes of a batch that nobody has, some at a time. Returns how many, or `null` for an unknown batch. */
export async function withdraw(
  connection: Connection,
  keys: OfferKeys,
  batchId: string,
  hold: Hold,
): Promise<number | null> {
  let withdrawn = 0;
  let staying = 0;
  for (;;) {
    const last = await lastCodes(connection, keys, batchId, CHUNK + staying);
    if (last === null) return null;
    if (last.codes.length === staying) return withdrawn;
    const lower = last.codes.map(codeKey);
    const args = [last.batch, String(last.listed), ...lower];
    await hold();
    const reply = await connection.run(WITHDRAW, [keys.base, ...lower.map(keys.codeBucket)], args);
    if (!Array.isArray(reply)) throw unexpectedReply(WITHDRAW, reply);
    if (reply[0] === "changed-meanwhile") continue;
    withdrawn += Number(reply[0]);
    staying = Number(reply[1]);
  }
}

async function lastCodes(connection: Connection, keys: OfferKeys, batchId: string, many: number) {
  const reply = await connection.run(LAST_CODES, [keys.base], [batchId, String(many)]);
  if (!Array.isArray(reply)) throw unexpectedReply(LAST_CODES, reply);
  if (reply.length === 0) return null;
  const [batch, listed, ...codes] = reply;
  return { batch: String(batch), listed: Number(listed), codes: codes as string[] };
}
