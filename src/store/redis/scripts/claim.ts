import { invalidInput } from "../../../domain/errors.js";
import type { HeldCode, Holding } from "../../../domain/holding.js";
import { newestCode, remembered } from "../../../domain/holding.js";
import { ID_EXPECTED } from "../../../domain/identifier.js";
import type { ClaimAnswer, ClaimItem, ClaimReply, ClaimRequest } from "../../store.js";
import { bucketAt, hashOf } from "../buckets.js";
import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { instantText, recordsBroken, unexpectedReply } from "../reply.js";
import { holdingFrom } from "./holdings.js";

/** What ends a field of an item, a record or a line. An id that has it would be read as two. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const SEPARATOR = /[\0-\x1f]/;
const TAB = 9;

/**
 * The compare-and-set that hands out codes.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the revision of the offer that the caller decided by, and how many buckets the caller counts, separated by a blank
 * ARGV[2]  now, base 36 milliseconds
 * ARGV[3]  numbers of the batches to draw from, in turn, separated by commas
 * ARGV[4]  "count" for the number of codes left, or ""
 * ARGV[5]  how many items there are
 * ARGV[6]  for each item (a subscriber at most once) four texts that end with a zero byte: number of the subscriber's bucket,
 *          subscriber, message, and what the caller expects: "l", "f" or "-" (may keep the latest code, the first, none) followed
 *          by the newest code he thinks is held. All in one, because each argument costs client and server as much as an item.
 *
 * Replies "offer-changed", { "buckets", how many there are } to be asked again with their numbers, { "records-broken", batch number } where
 * records and counter of a batch do not fit, so that its next codes may be somebody's already, or a text with a line for each item:
 *   code                         the caller was right: this code, of the first of these batches, is now the subscriber's
 *   <tab> batch <tab> code       the same, the code being of another batch
 *   <tab> holds ...              the subscriber holds something else, or the message has claimed already (see holdsLine)
 *   <tab> none                   the caller was right and holds nothing
 *   <tab> pool-empty             the caller was right, and these batches have no code left
 * and with "count" a last line: how many codes these batches have left.
 *
 * Everything is read before anything is written, so that an error leaves nothing half done. What takes time besides the calls is
 * each text that Lua makes anew, so for a claim these are its record, its ref, and what is read from the item.
 */
const CLAIM = script(
  "claim",
  "writes",
  `${RECORDS}
local call, unpackTexts = redis.call, struct.unpack
local offer = call("HMGET", base, "revision", "buckets")
local revision, many = string.match(ARGV[1], "^(%d+) (%d+)$")
if offer[1] ~= revision then return "offer-changed" end
if offer[2] ~= many then return { "buckets", offer[2] } end
local now = ARGV[2]
local left = tonumber(ARGV[5])
local changedRecords = {}

local batches = {}
for n in string.gmatch(ARGV[3], "%d+") do batches[#batches + 1] = { n = tonumber(n) } end
local current = 1

-- Looks at a batch the first time a code is wanted of it.
local function open(batch)
  local n = batch.n
  batch.taken = tonumber(call("HGET", base .. ":batch:" .. n, "taken") or 0)
  batch.back = call("ZRANGE", base .. ":back:" .. n, 0, left - 1)
  batch.hasUsed = call("EXISTS", base .. ":used:" .. n) == 1
  batch.codes = call("LRANGE", base .. ":pool:" .. n, 0, left - 1)
  batch.isPlain = #batch.back == 0 and not batch.hasUsed
  batch.sign = batch ~= batches[1] and "\\t" .. n .. "\\t" or ""
  batch.reused, batch.drawn, batch.given, batch.skipped, batch.records = 0, 0, 0, {}, {}
end

local function newRecord(code, subscriber, message)
  return code .. "\\t" .. subscriber .. "\\t" .. message .. "\\t" .. now
end

-- The next code of the pool list and its place; its record comes to stand at the end of its page.
local function nextOfPool(batch, subscriber, message)
  while true do
    local drawn = batch.drawn
    local code = batch.codes[drawn + 1]
    if not code then
      local more = call("LRANGE", base .. ":pool:" .. batch.n, drawn, drawn + left - 1)
      if #more == 0 then return nil end
      for n = 1, #more do batch.codes[drawn + n] = more[n] end
      code = more[1]
    end
    batch.drawn = drawn + 1
    local place = batch.taken + drawn
    local used = batch.hasUsed and call("HGET", base .. ":used:" .. batch.n, place)
    if not used then
      batch.records[drawn + 1] = newRecord(code, subscriber, message)
      return code, place
    end
    batch.records[drawn + 1] = code .. "\\t\\t\\t\\t\\t" .. used
    batch.skipped[#batch.skipped + 1] = place
  end
end

local function nextReleased(batch, subscriber, message)
  batch.reused = batch.reused + 1
  local place = batch.back[batch.reused]
  local ref = batch.n * PLACES + place
  local code = fields(readRecord(ref))[1]
  changedRecords[ref] = newRecord(code, subscriber, message)
  return code, place
end

-- The line that tells the new code, and its ref as text.
local function draw(subscriber, message)
  while current <= #batches do
    local batch = batches[current]
    if not batch.taken then open(batch) end
    local take = batch.back[batch.reused + 1] and nextReleased or nextOfPool
    local code, place = take(batch, subscriber, message)
    if code then
      batch.given = batch.given + 1
      return batch.sign .. code, refText(batch.n, place)
    end
    current = current + 1
  end
  return "\\tpool-empty"
end

-- What is to be written in the buckets: key, subscriber, text, key, subscriber, text, ...
local writes, written = {}, 0
local function write(bucket, subscriber, text)
  writes[written + 1], writes[written + 2], writes[written + 3] = bucket, subscriber, text
  written = written + 3
end

-- What a subscriber holds, told to a message that may show it.
local function tell(refs, records, keep)
  local n = keep == "l" and 1 or keep == "f" and #refs or 0
  while keep == "f" and n > 0 and isRevoked(records[n]) do n = n - 1 end
  if n > 0 and string.sub(records[n], -2) ~= "\\ts" then
    local found = fields(records[n])
    if found[5] == "" then
      found[5] = "s"
      records[n] = record(found)
      changedRecords[refs[n]] = records[n]
    end
  end
  return "\\t" .. holdsLine(refs, records)
end

local function answerHolder(bucket, subscriber, message, known, text)
  local refs, records = refsOf(text), {}
  if #refs == 1 and #known == 1 then
    -- Nearly all holders: one code, shared already, asked for by somebody who thought nothing of it. Whoever claimed it, that is the answer.
    records[1] = readRecord(refs[1])
    if string.sub(records[1], -2) == "\\ts" then return "\\t" .. holdsLine(refs, records) end
  end
  for n = 1, #refs do records[n] = readRecord(refs[n]) end
  local isFirstRevoked = isRevoked(records[#refs])
  local kept, shown = remembered(refs, records)
  local own, mine = false, "\\t" .. subscriber .. "\\t" .. message .. "\\t"
  for n = 1, #kept do
    own = own or string.find(shown[n], mine, 1, true) and not isRevoked(shown[n]) and fields(shown[n])[3] == message
  end
  if own then return "\\t" .. holdsLine(kept, shown) end
  local expected = string.sub(known, 2) .. "\\t"
  if string.sub(shown[1], 1, #expected) ~= expected then return tell(kept, shown, string.sub(known, 1, 1)) end

  local line, ref = draw(subscriber, message)
  if not ref then return line end
  local older, dropped = withClaim(refs, tonumber(ref), isFirstRevoked)
  write(bucket, subscriber, refsText(older))
  if dropped then
    local rest = olderKey(bucket)
    write(rest, subscriber, (call("HGET", rest, subscriber) or "") .. " " .. refsText({ dropped }))
  end
  return line
end

local function answerNewcomer(bucket, subscriber, message, known)
  if #known > 1 then return "\\tnone" end
  local line, ref = draw(subscriber, message)
  if ref then write(bucket, subscriber, ref) end
  return line
end

local lines, items, at, buckets = {}, ARGV[6], 1, base .. ":s:"

-- The first batch while nothing but codes of its pool list is drawn from it, and what is at hand of it meanwhile. Left in the
-- batch's own table, it costs a twelfth of the time of a call.
local plain, records, codes, form, first, drawn
local function putDown()
  if plain then plain.given, plain.drawn = plain.given + drawn - plain.drawn, drawn end
end
local function takeUp()
  plain = current == 1 and batches[1]
  plain = plain and plain.isPlain and plain
  if plain then
    records, codes, form = plain.records, plain.codes, refFormat(plain.n)
    first, drawn = plain.taken - 1, plain.drawn
  end
end

for i = 1, left do
  local bucket, subscriber, message, known
  bucket, subscriber, message, known, at = unpackTexts("ssss", items, at)
  bucket = buckets .. bucket
  local text = call("HGET", bucket, subscriber)
  local code = plain and not text and #known == 1 and codes[drawn + 1]
  if code then
    -- What answerNewcomer does, written out for nearly all claims.
    drawn = drawn + 1
    records[drawn] = code .. "\\t" .. subscriber .. "\\t" .. message .. "\\t" .. now
    writes[written + 1], writes[written + 2] = bucket, subscriber
    writes[written + 3] = string.format(form, first + drawn)
    written = written + 3
    lines[i] = code
  else
    putDown()
    local answer = text and answerHolder or answerNewcomer
    lines[i] = answer(bucket, subscriber, message, known, text)
    takeUp()
  end
  left = left - 1
end
putDown()

-- Which of the records drawn from a batch go to which page.
local function pagesOf(batch)
  local pages, from = {}, 1
  while from <= batch.drawn do
    local key, at = pageKey(batch.n * PLACES + batch.taken + from - 1)
    local to = math.min(from + PAGE - 1 - at, batch.drawn)
    pages[#pages + 1] = { key = key, from = from, to = to }
    from = to + 1
  end
  return pages
end

for b = 1, math.min(current, #batches) do
  local batch = batches[b]
  if batch.taken then
    batch.pages = pagesOf(batch)
    for p = 1, #batch.pages do
      local page = batch.pages[p]
      local fits = page.from == 1 and batch.taken % PAGE or 0
      if call("LLEN", page.key) ~= fits then return { "records-broken", batch.n } end
    end
  end
end

-- From here on it writes.
for b = 1, math.min(current, #batches) do
  local batch = batches[b]
  if batch.taken then
    local n = batch.n
    for _, page in ipairs(batch.pages) do call("RPUSH", page.key, unpack(batch.records, page.from, page.to)) end
    if batch.drawn > 0 then
      call("LTRIM", base .. ":pool:" .. n, batch.drawn, -1)
      call("HINCRBY", base .. ":batch:" .. n, "taken", batch.drawn)
    end
    for s = 1, #batch.skipped do call("HDEL", base .. ":used:" .. n, batch.skipped[s]) end
    for r = 1, batch.reused do call("ZREM", base .. ":back:" .. n, batch.back[r]) end
    if batch.given > 0 then
      call("HINCRBY", base .. ":batch:" .. n, "given", batch.given)
      call("HINCRBY", base .. ":batch:" .. n, dayField(now), batch.given)
    end
  end
end
for ref, text in pairs(changedRecords) do writeRecord(ref, text) end
for n = 1, written, 3 do call("HSET", writes[n], writes[n + 1], writes[n + 2]) end

if ARGV[4] == "count" then
  local inPool = 0
  for b = 1, #batches do
    local n = batches[b].n
    local pool, back, used = base .. ":pool:" .. n, base .. ":back:" .. n, base .. ":used:" .. n
    inPool = inPool + call("LLEN", pool) + call("ZCARD", back) - call("HLEN", used)
  end
  lines[#lines + 1] = tostring(inPool)
end
return table.concat(lines, "\\n")
`,
);

/** `buckets`: nothing was done, as there are more by now. */
export type ClaimRun = ClaimReply | { status: "buckets"; buckets: number };

export async function claim(connection: Connection, keys: OfferKeys, request: ClaimRequest): Promise<ClaimRun> {
  const { revision, now, from, items, countLeft } = request;
  const seen = `${revision} ${keys.buckets}`;
  const head = [seen, instantText(now), from.join(","), countLeft ? "count" : "", String(items.length)];
  const reply = await connection.run(CLAIM, [keys.base], [...head, itemTexts(keys, items)]);
  if (reply === "offer-changed") return { status: "offer-changed" };
  if (Array.isArray(reply)) return refusal(reply);
  const lines = typeof reply === "string" ? reply.split("\n") : [];
  if (lines.length !== items.length + (countLeft ? 1 : 0)) throw unexpectedReply(CLAIM, reply);
  const [firstBatch = 0] = from;
  const answers = items.map((item, place) => answerFrom(lines[place] as string, item, firstBatch, now));
  return { status: "answered", answers, ...(countLeft && { left: Number(lines.at(-1)) }) };
}

function refusal([status, detail]: unknown[]): ClaimRun {
  if (status === "buckets") return { status, buckets: Number(detail) };
  if (status !== "records-broken") throw unexpectedReply(CLAIM, [status, detail]);
  throw recordsBroken(`number ${detail}`);
}

function itemTexts(keys: OfferKeys, items: readonly ClaimItem[]): string {
  const texts: (string | number)[] = [];
  for (const { subscriberId, messageId, holding, reusable } of items) {
    if (SEPARATOR.test(subscriberId)) throw invalidInput("subscriberId", ID_EXPECTED, subscriberId);
    if (SEPARATOR.test(messageId)) throw invalidInput("messageId", ID_EXPECTED, messageId);
    texts.push(bucketAt(hashOf(subscriberId), keys.buckets), subscriberId, messageId, known(holding, reusable));
  }
  return `${texts.join("\0")}\0`;
}

function known(holding: Holding | null, reusable: ClaimItem["reusable"]): string {
  const keep = reusable === "latest" ? "l" : reusable === "first" ? "f" : "-";
  return holding === null ? keep : keep + newestCode(holding).code;
}

function answerFrom(line: string, item: ClaimItem, firstBatch: number, now: number): ClaimAnswer {
  if (line.charCodeAt(0) !== TAB) return claimed(line, firstBatch, item, now);
  if (line === "\tpool-empty") return { status: "pool-empty" };
  if (line === "\tnone") return { status: "holds", holding: null };
  if (line.startsWith("\tholds")) return { status: "holds", holding: holdingFrom(line) };
  const [, batch, code] = line.split("\t");
  if (code === undefined) throw unexpectedReply(CLAIM, line);
  return claimed(code, Number(batch), item, now);
}

function claimed(code: string, batch: number, { messageId, holding }: ClaimItem, now: number): ClaimAnswer {
  const held: HeldCode = { code, batch, issuedAt: now, messageId, redeemedAt: null, shared: false };
  return { status: "claimed", holding: holding === null ? [held] : remembered([held, ...holding]) };
}
