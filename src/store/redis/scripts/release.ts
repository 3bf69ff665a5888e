import { StoreUnavailableError } from "../../../domain/errors.js";
import type { Release } from "../../store.js";
import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";
import { serverTime } from "./clock.js";

/**
 * Takes back the code that a message claimed.
 *
 * KEYS[1]  the offer
 * KEYS[2]  the subscriber's bucket
 * ARGV[1]  the subscriber
 * ARGV[2]  the message
 * ARGV[3]  the channel of changes, ARGV[4] what to tell there
 * ARGV[5]  until when this may run, milliseconds by the server's own clock
 *
 * Replies { "nothing-claimed" | "redeemed" | "shared" | "too-late" } or { "released", code }.
 *
 * A client that lost its connection can send a command long after its caller was told that it failed. By then the message
 * may have been sent after all, with this code.
 */
const RELEASE = script(
  "release",
  "writes",
  `${RECORDS}
local older = olderKey(KEYS[2])
local clock = redis.call("TIME")
if clock[1] * 1000 + clock[2] / 1000 > tonumber(ARGV[5]) then return { "too-late" } end

-- One claim less: the newest of those not remembered is remembered again, or the oldest where the first code goes back.
local function remember(refs, wasFirst)
  local text = redis.call("HGET", older, ARGV[1])
  if not text then return end
  local dropped = refsOf(text)
  if wasFirst then
    refs[#refs + 1] = table.remove(dropped, 1)
  else
    table.insert(refs, #refs, table.remove(dropped))
  end
  if #dropped == 0 then
    redis.call("HDEL", older, ARGV[1])
  else
    redis.call("HSET", older, ARGV[1], refsText(dropped))
  end
end

local refs = refsOf(redis.call("HGET", KEYS[2], ARGV[1]) or nil)
for n = 1, #refs do
  local ref = refs[n]
  local found = fields(readRecord(ref))
  if found[3] == ARGV[2] then
    if found[6] ~= "" then return { "redeemed" } end
    if found[5] ~= "" then return { "shared" } end
    local place = ref % PLACES
    local batch = (ref - place) / PLACES
    local wasFirst = n == #refs
    table.remove(refs, n)
    remember(refs, wasFirst)
    redis.call("ZADD", base .. ":back:" .. batch, place, place)
    redis.call("HINCRBY", base .. ":batch:" .. batch, "given", -1)
    redis.call("HINCRBY", base .. ":batch:" .. batch, dayField(found[4]), -1)
    writeRecord(ref, found[1])
    if #refs == 0 then
      redis.call("HDEL", KEYS[2], ARGV[1])
    else
      redis.call("HSET", KEYS[2], ARGV[1], refsText(refs))
    end
    redis.call("PUBLISH", ARGV[3], ARGV[4])
    return { "released", found[1] }
  end
end
return { "nothing-claimed" }
`,
);

export async function release(
  connection: Connection,
  keys: OfferKeys,
  claim: { subscriberId: string; messageId: string; channel: string; change: string },
): Promise<Release> {
  const { subscriberId, messageId, channel, change } = claim;
  const keyList = [keys.base, keys.subscriberBucket(subscriberId)];
  const until = (await serverTime(connection, keys)) + connection.timeout;
  const args = [subscriberId, messageId, channel, change, String(until)];
  const reply = await connection.run(RELEASE, keyList, args);
  const [status, code] = Array.isArray(reply) ? (reply as string[]) : [];
  if (status === "released" && code !== undefined) return { status, code };
  if (status === "nothing-claimed" || status === "redeemed" || status === "shared") return { status };
  if (status === "too-late")
    throw new StoreUnavailableError("Redis came to the release too late: nothing was taken back");
  throw unexpectedReply(RELEASE, reply);
}
