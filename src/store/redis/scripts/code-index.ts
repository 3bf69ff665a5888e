import { BUCKET_SIZE, BUCKETS } from "../buckets.js";
import { INDEX_SHARDS } from "../keys.js";
import { script } from "../lua.js";

/** Finds the bucket of a code in a part of the index. */
const SHARD = `${BUCKETS}
local call, unpackTexts = redis.call, struct.unpack
local base, buckets, n, level
local function useBuckets(many)
  n = many
  level = levelOf(many)
end
local function open(shard)
  base, buckets = shard, shard .. ":"
  useBuckets(tonumber(call("HGET", base, "buckets") or 1))
end
local function hashIn(key) return math.floor(hashOf(key) / ${INDEX_SHARDS}) end
local function bucketOf(key) return buckets .. bucketAt(hashIn(key), n, level) end
local function numbersIn(text)
  local numbers = {}
  for number in string.gmatch(text, "%d+") do numbers[#numbers + 1] = tonumber(number) end
  return numbers
end
`;

/** Refuses a write whose turn is over, in all parts or in none, and lets no older one in from now on. Needs the number of the turn, ARGV[1]. */
const FENCES = `
for k = 1, #KEYS do
  local fence = call("HGET", KEYS[k], "fence")
  if fence and tonumber(fence) > tonumber(ARGV[1]) then return { "turn-over", fence } end
end
for k = 1, #KEYS do call("HSET", KEYS[k], "fence", ARGV[1]) end
`;

/**
 * Enters codes that have no entry yet. A part of the index grows after it, so that no bucket gets long.
 *
 * KEYS[k]  a part of the index
 * ARGV[1]  the number of the turn
 * ARGV[2]  for each part how many codes there are, and how many buckets the caller counts; all separated by blanks
 * ARGV[3]  for each code three texts that end with a zero byte: the number of its bucket by the caller's count, the code in lower case, its entry
 *
 * Replies { "turn-over", the newer turn }, or { "entered", how many buckets each part has now, then for each code with another entry its number and
 * that entry }.
 */
export const ENTER_CODES = script(
  "enter-codes",
  "writes",
  `${SHARD}${FENCES}
local parts, codes, at, i = numbersIn(ARGV[2]), ARGV[3], 1, 0
local reply, known = { "entered" }, {}
for k = 1, #KEYS do
  open(KEYS[k])
  local many, isUpToDate, added = parts[2 * k - 1], n == parts[2 * k], 0
  for _ = 1, many do
    local bucket, key, entry
    bucket, key, entry, at = unpackTexts("sss", codes, at)
    bucket = isUpToDate and buckets .. bucket or bucketOf(key)
    i = i + 1
    if call("HSETNX", bucket, key, entry) == 1 then
      added = added + 1
    else
      local found = call("HGET", bucket, key)
      if found ~= entry then
        known[#known + 1] = i
        known[#known + 1] = found
      end
    end
  end
  if added > 0 then
    local entries = call("HINCRBY", base, "entries", added)
    while entries > n * ${BUCKET_SIZE} do
      grow(buckets, n, { "" }, hashIn, function(more) call("HSET", base, "buckets", more) end)
      useBuckets(n + 1)
    end
  end
  reply[k + 1] = n
end
for j = 1, #known do reply[#reply + 1] = known[j] end
return reply
`,
);

/**
 * Changes or removes entries that are what the caller thinks they are.
 *
 * KEYS[k]  a part of the index
 * ARGV[1]  the number of the turn
 * ARGV[2]  for each part how many codes there are, separated by blanks
 * ARGV[3]  for each code three texts that end with a zero byte: the code in lower case, its entry, and the new one, "" for none
 *
 * Replies { "turn-over", the newer turn }, or { "changed", how many were, now or by an earlier run of the same call }.
 */
export const CHANGE_ENTRIES = script(
  "change-entries",
  "writes",
  `${SHARD}${FENCES}
local parts, codes, at, changed = numbersIn(ARGV[2]), ARGV[3], 1, 0
for k = 1, #KEYS do
  open(KEYS[k])
  local removed = 0
  for _ = 1, parts[k] do
    local key, from, to
    key, from, to, at = unpackTexts("sss", codes, at)
    local bucket = bucketOf(key)
    local entry = call("HGET", bucket, key)
    if entry == from and to == "" then
      call("HDEL", bucket, key)
      removed = removed + 1
    elseif entry == from then
      call("HSET", bucket, key, to)
    end
    if entry == from or entry == to then changed = changed + 1 end
  end
  if removed > 0 then call("HINCRBY", base, "entries", -removed) end
end
return { "changed", changed }
`,
);

/**
 * The entries of codes. Changes nothing.
 *
 * KEYS[k]  a part of the index
 * ARGV[1]  for each part how many codes there are, separated by blanks
 * ARGV[2]  the codes in lower case, each with a zero byte at its end
 *
 * Replies an entry for each code, "" for none.
 */
export const FIND_ENTRIES = script(
  "find-entries",
  "reads",
  `${SHARD}
local parts, reply, codes, at = numbersIn(ARGV[1]), {}, ARGV[2], 1
for k = 1, #KEYS do
  open(KEYS[k])
  for _ = 1, parts[k] do
    local key
    key, at = unpackTexts("s", codes, at)
    reply[#reply + 1] = call("HGET", bucketOf(key), key) or ""
  end
end
return reply
`,
);
