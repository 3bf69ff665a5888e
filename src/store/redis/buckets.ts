/**
 * Linear hashing: a table of small hashes that grows one hash at a time, so that nobody has to name its size beforehand.
 *
 * With `n` buckets and `level` the largest power of two up to `n`, an item of hash `h` is in bucket `h % (2 * level)` where there is
 * one, otherwise in `h % level`. Growing by one splits bucket `n - level`: its items go to itself or to bucket `n`, all others stay.
 * Redis splits buckets and a client addresses them, so the same hash is computed in Lua and here: over the bytes of the text,
 * in whole numbers below 2^53, which both count exactly.
 */

/** Entries a bucket holds on average at most: a hash of some hundred short ones is a compact listpack in Redis 7. */
export const BUCKET_SIZE = 64;

const PRIME = 4_294_967_291;
const FACTOR = 1_640_531;
const BLOCK = 16;

const ASCII = /^[\0-\x7f]*$/;

/** 0 or more, below 2^32. The same text has the same hash for ever. */
export function hashOf(text: string): number {
  return hashOfBytes(ASCII.test(text) ? text : Buffer.from(text).toString("latin1"));
}

/** The bucket of a hash in a table of `n` buckets. */
export function bucketAt(hash: number, n: number): number {
  const level = levelOf(n);
  const at = hash % (2 * level);
  return at < n ? at : at - level;
}

function levelOf(n: number): number {
  return 2 ** (31 - Math.clz32(n));
}

/** Takes a text of one character a byte. */
function hashOfBytes(text: string): number {
  const { length } = text;
  let hash = 0;
  for (let block = 0; block < length; block += BLOCK) {
    for (let at = block; at < block + BLOCK; at += 4) hash = mod(hash * FACTOR + wordAt(text, at));
  }
  return mod(hash * FACTOR + length);
}

/** Four bytes as a number, the first the least; 0 where the text has ended. */
function wordAt(text: string, at: number): number {
  if (at + 4 <= text.length) {
    const upper = (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24);
    return (text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) | upper) >>> 0;
  }
  let word = 0;
  for (let byte = 0; at + byte < text.length; byte++) word |= text.charCodeAt(at + byte) << (8 * byte);
  return word >>> 0;
}

/** As Lua does it: the operator `%` takes several times as long here. */
function mod(value: number): number {
  return value - Math.floor(value / PRIME) * PRIME;
}

/** The hash in Lua. */
export const HASH_OF = `
local ZEROS = string.rep("\\0", ${BLOCK})
local unpackWords = struct.unpack
local function hashOf(text)
  local hash, padded = 0, text .. ZEROS
  for at = 1, #text, ${BLOCK} do
    local a, b, c, d = unpackWords("<I4I4I4I4", padded, at)
    hash = (hash * ${FACTOR} + a) % ${PRIME}
    hash = (hash * ${FACTOR} + b) % ${PRIME}
    hash = (hash * ${FACTOR} + c) % ${PRIME}
    hash = (hash * ${FACTOR} + d) % ${PRIME}
  end
  return (hash * ${FACTOR} + #text) % ${PRIME}
end
`;

/** The same in Lua, and the growing. */
export const BUCKETS = `${HASH_OF}
local function levelOf(n)
  local level = 1
  while level * 2 <= n do level = level * 2 end
  return level
end

local function bucketAt(hash, n, level)
  local at = hash % (2 * level)
  if at >= n then at = at - level end
  return string.format("%d", at)
end

local function writeAll(command, key, items)
  for at = 1, #items, 1000 do redis.call(command, key, unpack(items, at, math.min(at + 999, #items))) end
end

-- Copies what belongs into bucket n out of the bucket where it is. Returns the fields to remove there, and how many it looked at.
local function copyToNew(from, to, belongs)
  local cursor, moved, gone, seen = "0", {}, {}, 0
  repeat
    local found = redis.call("HSCAN", from, cursor, "COUNT", 1000)
    cursor = found[1]
    local items = found[2]
    for i = 1, #items, 2 do
      if belongs(items[i]) then
        moved[#moved + 1], moved[#moved + 2] = items[i], items[i + 1]
        gone[#gone + 1] = items[i]
      end
    end
    seen = seen + #items / 2
  until cursor == "0"
  writeAll("HSET", to, moved)
  return gone, seen
end

-- Grows a table of n buckets by one. Its number is raised between the copying and the removing, so that nothing is ever missing.
-- Each bucket may be several hashes, told apart by suffixes. Returns how many items it looked at.
local function grow(prefix, n, suffixes, hashFrom, setBuckets)
  local level, removals, seen = levelOf(n), {}, 0
  local function belongs(text) return hashFrom(text) % (2 * level) == n end
  for i = 1, #suffixes do
    local from = string.format("%s%d%s", prefix, n - level, suffixes[i])
    local gone, looked = copyToNew(from, string.format("%s%d%s", prefix, n, suffixes[i]), belongs)
    removals[i], seen = { from, gone }, seen + looked
  end
  setBuckets(n + 1)
  for i = 1, #removals do writeAll("HDEL", removals[i][1], removals[i][2]) end
  return seen
end
`;
