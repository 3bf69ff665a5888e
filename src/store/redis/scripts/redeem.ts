import { codeKey } from "../../../domain/identifier.js";
import type { UnixMs } from "../../../domain/units.js";
import type { Connection } from "../connection.js";
import type { Entry } from "../entries.js";
import { PLACES } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { instant, instantText, unexpectedReply } from "../reply.js";

/**
 * Marks a code as redeemed, wherever it is. A code still in the pool is never drawn from then on.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the code's ref: where the index says that it is
 * ARGV[2]  the code in lower case, ARGV[3] as it was imported, where that is known
 * ARGV[4]  when, base 36 milliseconds
 * ARGV[5]  the channel of changes, ARGV[6] the change to publish; the subscriber's id is added
 *
 * Replies {} where the ref leads nowhere, { "other", code } where this code is there, or { "redeemed" | "already-redeemed", code, subscriber or "", when }.
 */
const REDEEM = script(
  "redeem",
  "writes",
  `${RECORDS}
local ref, at = tonumber(ARGV[1]), ARGV[4]
local function isOther(code) return string.lower(code) ~= ARGV[2] and code ~= ARGV[3] end
local place = ref % PLACES
local n = (ref - place) / PLACES
local batch = base .. ":batch:" .. n
local taken = tonumber(redis.call("HGET", batch, "taken") or 0)
local back = redis.call("ZSCORE", base .. ":back:" .. n, place)

if place >= taken then
  local code = redis.call("LINDEX", base .. ":pool:" .. n, place - taken)
  if not code then return {} end
  if isOther(code) then return { "other", code } end
  local used = base .. ":used:" .. n
  local since = redis.call("HGET", used, place)
  if since then return { "already-redeemed", code, "", since } end
  redis.call("HSET", used, place, at)
  redis.call("HINCRBY", batch, "used", 1)
  return { "redeemed", code, "", at }
end

local text = readRecord(ref)
if not text or text == "" then return {} end
local found = fields(text)
if isOther(found[1]) then return { "other", found[1] } end
if found[6] ~= "" then return { "already-redeemed", found[1], found[2], found[6] } end
found[6] = at
writeRecord(ref, record(found))
if back then redis.call("ZREM", base .. ":back:" .. n, place) end
redis.call("HINCRBY", batch, found[4] == "" and "used" or "redeemed", 1)
if found[2] ~= "" then redis.call("PUBLISH", ARGV[5], ARGV[6] .. found[2]) end
return { "redeemed", found[1], found[2], at }
`,
);

export type RedeemReply = {
  status: "redeemed" | "already-redeemed";
  code: string;
  subscriberId: string | null;
  redeemedAt: UnixMs;
};

/** `null`: the code is not there. */
export async function redeem(
  connection: Connection,
  base: string,
  redemption: { entry: Entry; code: string; at: UnixMs; channel: string; change: string },
): Promise<RedeemReply | null> {
  const { entry, code, at, channel, change } = redemption;
  const [ref, key] = [String(entry.batch * PLACES + entry.place), codeKey(code)];
  const run = (imported: string) =>
    connection.run(REDEEM, [base], [ref, key, imported, instantText(at), channel, change]);
  let reply = await run(code);
  // Lua changes the case of ASCII letters only.
  if (isOther(reply) && codeKey(reply[1]) === key) reply = await run(reply[1]);
  if (!Array.isArray(reply)) throw unexpectedReply(REDEEM, reply);
  if (reply.length === 0 || isOther(reply)) return null;
  const [status, shown, subscriberId, redeemedAt] = reply as string[];
  if (status !== "redeemed" && status !== "already-redeemed") throw unexpectedReply(REDEEM, reply);
  return {
    status,
    code: shown as string,
    subscriberId: subscriberId || null,
    redeemedAt: instant(redeemedAt as string),
  };
}

function isOther(reply: unknown): reply is [string, string] {
  return Array.isArray(reply) && reply[0] === "other";
}
