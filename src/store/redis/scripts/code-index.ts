import { BUCKET_SIZE, BUCKETS } from "../buckets.js";
import { INDEX_SHARDS } from "../keys.js";
import { FENCE, script } from "../lua.js";

/** Finds the bucket of a code in KEYS[1], a shard of the index. */
const SHARD = `${BUCKETS}
local call, unpackTexts = redis.call, struct.unpack
local base = KEYS[1]
local buckets = base .. ":"
local n, level
local function useBuckets(many)
  n = many
  level = levelOf(many)
end
useBuckets(tonumber(call("HGET", base, "buckets") or 1))
local function hashIn(key) return math.floor(hashOf(key) / ${INDEX_SHARDS}) end
local function bucketOf(key) return buckets .. bucketAt(hashIn(key), n, level) end
`;

/**
 * Enters codes that have no entry yet. The shard grows first, so that no bucket is ever long.
 *
 * KEYS[1]  the shard
 * ARGV[1]  the number of the turn
 * ARGV[2]  how many codes there are
 * ARGV[3]  for each code two texts that end with a zero byte: the code in lower case, and its entry
 *
 * Replies { "turn-over", the newer turn }, or { "entered", then for each code with another entry its number and that entry }.
 */
export const ENTER_CODES = script(
  "enter-codes",
  "writes",
  `${SHARD}${FENCE}
local many, codes, at = tonumber(ARGV[2]), ARGV[3], 1
local entries = tonumber(call("HGET", base, "entries") or 0)
while entries + many > n * ${BUCKET_SIZE} do
  grow(buckets, n, { "" }, hashIn, function(more) call("HSET", base, "buckets", more) end)
  useBuckets(n + 1)
end
local reply, added = { "entered" }, 0
for i = 1, many do
  local key, entry
  key, entry, at = unpackTexts("ss", codes, at)
  local bucket = bucketOf(key)
  if call("HSETNX", bucket, key, entry) == 1 then
    added = added + 1
  else
    local known = call("HGET", bucket, key)
    if known ~= entry then
      reply[#reply + 1] = i
      reply[#reply + 1] = known
    end
  end
end
if added > 0 then call("HINCRBY", base, "entries", added) end
return reply
`,
);

/**
 * Changes or removes entries that are what the caller thinks they are.
 *
 * KEYS[1]  the shard
 * ARGV[1]  the number of the turn
 * ARGV[2]  how many codes there are
 * ARGV[3]  for each code three texts that end with a zero byte: the code in lower case, its entry, and the new one, "" for none
 *
 * Replies { "turn-over", the newer turn }, or { "changed", how many were, now or by an earlier run of the same call }.
 */
export const CHANGE_ENTRIES = script(
  "change-entries",
  "writes",
  `${SHARD}${FENCE}
local codes, at, changed, removed = ARGV[3], 1, 0, 0
for _ = 1, tonumber(ARGV[2]) do
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
return { "changed", changed }
`,
);

/**
 * The entries of codes. Changes nothing.
 *
 * KEYS[1]  the shard
 * ARGV[1]  how many codes there are
 * ARGV[2]  the codes in lower case, each with a zero byte at its end
 *
 * Replies an entry for each code, "" for none.
 */
export const FIND_ENTRIES = script(
  "find-entries",
  "reads",
  `${SHARD}
local reply, codes, at = {}, ARGV[2], 1
for i = 1, tonumber(ARGV[1]) do
  local key
  key, at = unpackTexts("s", codes, at)
  reply[i] = call("HGET", bucketOf(key), key) or ""
end
return reply
`,
);
