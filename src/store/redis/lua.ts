import { createHash } from "node:crypto";
import { REMEMBERED_CLAIMS } from "../../domain/holding.js";
import { PAGE, PLACES } from "./keys.js";

/** A Lua script, whether it may write, and the digest by which Redis finds it. */
export type Script = {
  readonly name: string;
  readonly mode: "writes" | "reads";
  readonly lua: string;
  readonly sha: string;
};

/** One run of a script. */
export type Call = { readonly script: Script; readonly keys: readonly string[]; readonly args: readonly string[] };

/**
 * `#!lua` makes Redis check a script before its first line runs: out of memory, a read-only replica and a script that may not
 * write are refused whole, never half way.
 */
export function script(name: string, mode: "writes" | "reads", body: string): Script {
  const lua = `#!lua${mode === "reads" ? " flags=no-writes" : ""}\n${WITHOUT_SLOT_GUARD}${body}`;
  const sha = createHash("sha1").update(lua).digest("hex");
  scriptNames.set(sha, name);
  for (const [, command = ""] of body.matchAll(/\bcall\("([A-Z]+)"/g)) scriptCommands.add(command.toLowerCase());
  return { name, mode, lua, sha };
}

/** The scripts by their digests, for whoever reads what goes over the wire. */
export const scriptNames = new Map<string, string>();

/** The commands that the scripts call, which an account has to be allowed to run. */
export const scriptCommands = new Set<string>();

/** See `slotGuardKey` in keys.ts: the scripts themselves know nothing of it. */
const WITHOUT_SLOT_GUARD = 'if string.sub(KEYS[#KEYS], -11) == ":slot-guard" then KEYS[#KEYS] = nil end\n';

/** What ends the record of a revoked code. No instant in base 36 reads so. */
export const REVOKED = "R";

/** Lua functions over refs and records, for the scripts that need them. See `keys.ts` for both. */
export const RECORDS = `
local base = KEYS[1]
local PAGE = ${PAGE}
local PLACES = ${PLACES}

-- The list that holds the record of a ref, and its place there. PLACES is a multiple of PAGE.
local pageKeys = {}
local function pageKey(ref)
  local at = ref % PAGE
  local first = ref - at
  local key = pageKeys[first]
  if not key then
    local place = first % PLACES
    key = string.format("%s:g:%d:%d", base, (first - place) / PLACES, place / PAGE)
    pageKeys[first] = key
  end
  return key, at
end

-- The place goes as text: Redis takes longer to write a number.
local function readRecord(ref)
  local key, at = pageKey(ref)
  return redis.call("LINDEX", key, string.format("%d", at))
end

local function writeRecord(ref, record)
  local key, at = pageKey(ref)
  redis.call("LSET", key, string.format("%d", at), record)
end

-- Returns code, subscriber, message, issued, shared, redeemed, revoked; absent ones are "".
local function fields(record)
  local found, from = {}, 1
  for n = 1, 7 do
    local tab = string.find(record, "\\t", from, true)
    if not tab then
      found[n] = string.sub(record, from)
      for rest = n + 1, 7 do found[rest] = "" end
      break
    end
    found[n] = string.sub(record, from, tab - 1)
    from = tab + 1
  end
  return found
end

local function record(found)
  return (string.gsub(table.concat(found, "\\t"), "\\t+$", ""))
end

-- The counter of codes given out on the day of an instant (base 36).
local function dayField(at)
  return "day:" .. math.floor(tonumber(at, 36) / 86400000)
end

local function refsOf(text)
  local only = tonumber(text)
  if only then return { only } end
  local refs = {}
  for ref in string.gmatch(text or "", "%d+") do refs[#refs + 1] = tonumber(ref) end
  return refs
end

-- Writes a place of a batch as the same number as its ref has, several times as fast as %.0f does.
local function refFormat(batch)
  return batch == 0 and "%d" or batch .. "%08d"
end

local function refText(batch, place)
  return string.format(refFormat(batch), place)
end

local function refsText(refs)
  local texts = {}
  for n = 1, #refs do texts[n] = string.format("%.0f", refs[n]) end
  return table.concat(texts, " ")
end

-- The bucket of a subscriber, by the hash of the id: see buckets.ts.
local bucketCount, bucketLevel
local function bucketKey(hash)
  if not bucketCount then
    bucketCount, bucketLevel = tonumber(redis.call("HGET", base, "buckets") or 1), 1
    while bucketLevel * 2 <= bucketCount do bucketLevel = bucketLevel * 2 end
  end
  local at = tonumber(hash) % (2 * bucketLevel)
  return string.format("%s:s:%d", base, at < bucketCount and at or at - bucketLevel)
end

-- Where the claims of a bucket's subscribers stand that are not remembered any more, oldest first.
local function olderKey(bucket)
  return bucket .. ":older"
end

local function isRevoked(record)
  return string.sub(record, -2) == "\\t${REVOKED}"
end

-- The refs after one more claim, and the one that goes to the older ones, if any. Where the first code is revoked, none does.
local function withClaim(older, ref, isFirstRevoked)
  local refs = { ref }
  if isFirstRevoked then
    for n = 1, #older do refs[n + 1] = older[n] end
    return refs
  end
  for n = 1, math.min(#older, ${REMEMBERED_CLAIMS - 1}) do refs[n + 1] = older[n] end
  if #older > ${REMEMBERED_CLAIMS - 1} then refs[#refs + 1] = older[#older] end
  return refs, #older > ${REMEMBERED_CLAIMS} and older[${REMEMBERED_CLAIMS}] or nil
end

-- What a holding has of the codes of a subscriber's entry: see "remembered" in holding.ts. It is all of them, unless the first is revoked.
local function remembered(refs, records)
  if #refs <= ${REMEMBERED_CLAIMS + 1} then return refs, records end
  local keptRefs, keptRecords, first = {}, {}, #refs
  while first > ${REMEMBERED_CLAIMS} and isRevoked(records[first]) do first = first - 1 end
  if first == ${REMEMBERED_CLAIMS} then first = #refs end
  for n = 1, ${REMEMBERED_CLAIMS} do keptRefs[n], keptRecords[n] = refs[n], records[n] end
  keptRefs[${REMEMBERED_CLAIMS + 1}], keptRecords[${REMEMBERED_CLAIMS + 1}] = refs[first], records[first]
  return keptRefs, keptRecords
end

-- What a subscriber holds, as one line: "holds", then batch number and record of each code.
local function holdsLine(refs, records)
  local line = "holds"
  for n = 1, #refs do
    local batch = refs[n] < PLACES and "0" or string.format("%d", math.floor(refs[n] / PLACES))
    line = line .. "\\31" .. batch .. "\\t" .. records[n]
  end
  return line
end
`;

/** Lua that reads and writes all refs of a subscriber, newest first, those that are no longer remembered included. Needs `RECORDS`. */
export const ALL_REFS = `
local function allRefs(bucket, subscriber)
  local refs = refsOf(redis.call("HGET", bucket, subscriber) or nil)
  local older = refsOf(redis.call("HGET", olderKey(bucket), subscriber) or nil)
  local first = #older > 0 and table.remove(refs)
  for n = #older, 1, -1 do refs[#refs + 1] = older[n] end
  if first then refs[#refs + 1] = first end
  return refs
end

-- Where the first code is revoked, all refs stay remembered: the first that is not revoked may be any of them.
local function putRefs(bucket, subscriber, refs)
  local older = {}
  if #refs > ${REMEMBERED_CLAIMS + 1} and not isRevoked(readRecord(refs[#refs])) then
    for n = #refs - 1, ${REMEMBERED_CLAIMS + 1}, -1 do older[#older + 1] = refs[n] end
    for _ = 1, #older do table.remove(refs, ${REMEMBERED_CLAIMS + 1}) end
  end
  local function put(key, some)
    if #some > 0 then redis.call("HSET", key, subscriber, refsText(some)) else redis.call("HDEL", key, subscriber) end
  end
  put(bucket, refs)
  put(olderKey(bucket), older)
end
`;

/**
 * Refuses a write whose turn is over, and lets no older one in from now on. Needs "base" and the number of the turn,
 * ARGV[1].
 */
export const FENCE = `
local fence = redis.call("HGET", base, "fence")
if fence and tonumber(fence) > tonumber(ARGV[1]) then return { "turn-over", fence } end
if fence ~= ARGV[1] then redis.call("HSET", base, "fence", ARGV[1]) end
`;
