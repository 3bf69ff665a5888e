import { codeKey } from "../../../domain/identifier.js";
import type { UnixMs } from "../../../domain/units.js";
import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { instant, instantText, unexpectedReply } from "../reply.js";

/**
 * Marks a code as redeemed, wherever it is. A code still in the pool is never drawn from then on.
 *
 * KEYS[1]  the offer
 * KEYS[2]  the code's bucket
 * ARGV[1]  the code in lower case
 * ARGV[2]  when, base 36 milliseconds
 * ARGV[3]  the channel of changes, ARGV[4] what to tell there; the subscriber's id is added
 *
 * Replies {} for a code that the offer does not have, or { "redeemed" | "already-redeemed", code, subscriber or "", when }.
 */
const REDEEM = script(
  "redeem",
  "writes",
  `${RECORDS}
local ref = tonumber(redis.call("HGET", KEYS[2], ARGV[1]) or nil)
if not ref then return {} end
local place = ref % PLACES
local n = (ref - place) / PLACES
local batch = base .. ":batch:" .. n
local taken = tonumber(redis.call("HGET", batch, "taken") or 0)
local back = redis.call("ZSCORE", base .. ":back:" .. n, place)

if place >= taken then
  local code = redis.call("LINDEX", base .. ":pool:" .. n, place - taken)
  local used = base .. ":used:" .. n
  local at = redis.call("HGET", used, place)
  if at then return { "already-redeemed", code, "", at } end
  redis.call("HSET", used, place, ARGV[2])
  redis.call("HINCRBY", batch, "used", 1)
  return { "redeemed", code, "", ARGV[2] }
end

local found = fields(readRecord(ref))
if found[6] ~= "" then return { "already-redeemed", found[1], found[2], found[6] } end
found[6] = ARGV[2]
writeRecord(ref, record(found))
if back then redis.call("ZREM", base .. ":back:" .. n, place) end
redis.call("HINCRBY", batch, found[4] == "" and "used" or "redeemed", 1)
if found[2] ~= "" then redis.call("PUBLISH", ARGV[3], ARGV[4] .. found[2]) end
return { "redeemed", found[1], found[2], ARGV[2] }
`,
);

export type RedeemReply = {
  status: "redeemed" | "already-redeemed";
  code: string;
  subscriberId: string | null;
  redeemedAt: UnixMs;
};

export async function redeem(
  connection: Connection,
  keys: OfferKeys,
  redemption: { code: string; at: UnixMs; channel: string; change: string },
): Promise<RedeemReply | null> {
  const { code, at, channel, change } = redemption;
  const key = codeKey(code);
  const reply = await connection.run(
    REDEEM,
    [keys.base, keys.codeBucket(key)],
    [key, instantText(at), channel, change],
  );
  if (!Array.isArray(reply)) throw unexpectedReply(REDEEM, reply);
  if (reply.length === 0) return null;
  const [status, shown, subscriberId, redeemedAt] = reply as string[];
  if (status !== "redeemed" && status !== "already-redeemed") throw unexpectedReply(REDEEM, reply);
  return {
    status,
    code: shown as string,
    subscriberId: subscriberId || null,
    redeemedAt: instant(redeemedAt as string),
  };
}
