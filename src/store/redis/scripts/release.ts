import { StoreUnavailableError } from "../../../domain/errors.js";
import type { Release } from "../../store.js";
import { hashOf } from "../buckets.js";
import type { Connection } from "../connection.js";
import { ALL_REFS, RECORDS, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/**
 * Finds what a message claimed, which is what a release is based on, and opens the lease. A second run does not open it anew while it lasts.
 *
 * KEYS[1]  the offer
 * KEYS[2]  the lease
 * ARGV[1]  the subscriber, ARGV[2] the hash of the id
 * ARGV[3]  the message
 * ARGV[4]  for how many milliseconds the release may run
 *
 * Replies { "nothing-claimed" | "redeemed" | "shared" } or { "leased", the claim: its ref, a tab, its record }.
 */
const LEASE = script(
  "lease-claim",
  "writes",
  `${RECORDS}
local refs, records = refsOf(redis.call("HGET", bucketKey(ARGV[2]), ARGV[1]) or nil), {}
for n = 1, #refs do records[n] = readRecord(refs[n]) end
refs, records = remembered(refs, records)
for n = 1, #refs do
  local text = records[n]
  local found = fields(text)
  if found[3] == ARGV[3] and not isRevoked(text) then
    if found[6] ~= "" then return { "redeemed" } end
    if found[5] ~= "" then return { "shared" } end
    redis.call("SET", KEYS[2], "leased", "NX", "PX", ARGV[4])
    return { "leased", refsText({ refs[n] }) .. "\\t" .. text }
  end
end
return { "nothing-claimed" }
`,
);

/**
 * Takes back the code that a message claimed, once, while the lease lasts and the claim is the one that was found.
 *
 * KEYS[1]  the offer
 * KEYS[2]  the lease
 * ARGV[1]  the subscriber, ARGV[2] the hash of the id
 * ARGV[3]  the channel of changes, ARGV[4] the change to publish
 * ARGV[5]  for how many milliseconds the answer is kept
 * ARGV[6]  the claim, as the lease's script found it
 *
 * Replies { "nothing-claimed" | "redeemed" | "shared" | "too-late" } or { "released", code }. Run again after a lost reply it replies the same.
 *
 * A client that lost its connection can send a command long after the call has failed. By then the message may have been
 * sent after all, with this code, or the code may have been released and claimed anew. The lease has ended then, by the server's own clock.
 *
 * The code goes back to the pool last: whatever ends the script before, nobody else is given it.
 */
const RELEASE = script(
  "release",
  "writes",
  `${RECORDS}${ALL_REFS}
local lease = redis.call("GET", KEYS[2])
if not lease then return { "too-late" } end
if string.sub(lease, 1, 9) == "released\\t" then return { "released", string.sub(lease, 10) } end
local leased, claimed = string.match(ARGV[6], "^(%d+)\\t(.*)$")
local ref = tonumber(leased)
local bucket = bucketKey(ARGV[2])
local refs = allRefs(bucket, ARGV[1])
for n = 1, #refs do
  if refs[n] == ref then
    local text = readRecord(ref)
    local found = fields(text)
    if text ~= claimed then
      if isRevoked(text) then return { "nothing-claimed" } end
      if found[6] ~= "" then return { "redeemed" } end
      if found[5] ~= "" then return { "shared" } end
      return { "nothing-claimed" }
    end
    local place = ref % PLACES
    local batch = (ref - place) / PLACES
    table.remove(refs, n)
    putRefs(bucket, ARGV[1], refs)
    writeRecord(ref, found[1])
    redis.call("HINCRBY", base .. ":batch:" .. batch, "given", -1)
    redis.call("HINCRBY", base .. ":batch:" .. batch, dayField(found[4]), -1)
    redis.call("SET", KEYS[2], "released\\t" .. found[1], "PX", ARGV[5])
    redis.call("PUBLISH", ARGV[3], ARGV[4])
    redis.call("ZADD", base .. ":back:" .. batch, place, place)
    return { "released", found[1] }
  end
end
return { "nothing-claimed" }
`,
);

export async function release(
  connection: Connection,
  base: string,
  claim: { subscriberId: string; messageId: string; channel: string; change: string },
): Promise<Release> {
  const { subscriberId, messageId, channel, change } = claim;
  const keys = [base, `${base}:lease:${crypto.randomUUID()}`];
  const subscriber = [subscriberId, String(hashOf(subscriberId))];
  const lasts = String(Math.ceil(connection.timeout));
  const leased = await connection.run(LEASE, keys, [...subscriber, messageId, lasts]);
  const [status, found] = Array.isArray(leased) ? (leased as string[]) : [];
  if (status !== "leased" || found === undefined) return releaseFrom(leased);
  return releaseFrom(await connection.run(RELEASE, keys, [...subscriber, channel, change, lasts, found]));
}

function releaseFrom(reply: unknown): Release {
  const [status, code] = Array.isArray(reply) ? (reply as string[]) : [];
  if (status === "released" && code !== undefined) return { status, code };
  if (status === "nothing-claimed" || status === "redeemed" || status === "shared") return { status };
  if (status === "too-late")
    throw new StoreUnavailableError("Redis came to the release too late: nothing was taken back");
  throw unexpectedReply(RELEASE, reply);
}
