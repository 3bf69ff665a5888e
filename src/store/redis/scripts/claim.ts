import type { Holding } from "../../../holding.js";
import { newestCode, withClaim } from "../../../holding.js";
import type { ClaimAnswer, ClaimItem, ClaimReply, ClaimRequest } from "../../store.js";
import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";
import { holdingFrom } from "./holdings.js";

const ITEM = 3;

/**
 * The compare-and-set that hands out codes.
 *
 * KEYS[1]     the offer
 * KEYS[1 + i] the subscriber bucket of item i
 * ARGV[1]     the revision of the offer that the caller decided by
 * ARGV[2]     now, base 36 milliseconds
 * ARGV[3]     numbers of the batches to draw from, in turn, separated by commas
 * ARGV[4]     "count" to be told what is left, or ""
 * ARGV[5...]  for each item (a subscriber at most once): subscriber, message, and what the caller knows: "l", "f" or "-" (may keep the latest code, the first, none)
 *             followed by the newest code he thinks is held
 *
 * Replies "offer-changed", or a text with a line for each item:
 *   claimed <tab> batch <tab> code     the caller was right: this code is now the subscriber's
 *   holds ...                          the subscriber holds something else, or the message has claimed already (see holdsLine)
 *   none                               the caller was right and holds nothing
 *   pool-empty                         the caller was right, and these batches have no code left
 * and where it was asked for a last line: how many codes these batches have left.
 *
 * Everything is read before anything is written. While a cluster moves the slot, a key that is elsewhere fails the read, and
 * nothing is half done.
 */
const CLAIM = script(
  "claim",
  "writes",
  `${RECORDS}
if redis.call("HGET", base, "revision") ~= ARGV[1] then return "offer-changed" end
local now = ARGV[2]
local items = #KEYS - 1
local left = items
local lines, held, older, changedRecords = {}, {}, {}, {}

local batches = {}
for n in string.gmatch(ARGV[3], "%d+") do batches[#batches + 1] = { n = tonumber(n) } end
local current = 1

-- Looks at a batch the first time a code is wanted of it.
local function open(batch)
  local n = batch.n
  batch.taken = tonumber(redis.call("HGET", base .. ":batch:" .. n, "taken") or 0)
  batch.back = redis.call("ZRANGE", base .. ":back:" .. n, 0, left - 1)
  batch.hasUsed = redis.call("EXISTS", base .. ":used:" .. n) == 1
  batch.codes = redis.call("LRANGE", base .. ":pool:" .. n, 0, left - 1)
  batch.reused, batch.drawn, batch.given, batch.skipped, batch.records = 0, 0, 0, {}, {}
end

-- The next code of the pool list and its place; its record comes to stand at the end of its page.
local function nextOfPool(batch, owner)
  while true do
    if batch.drawn == #batch.codes then
      local more = redis.call("LRANGE", base .. ":pool:" .. batch.n, batch.drawn, batch.drawn + left - 1)
      if #more == 0 then return nil end
      for n = 1, #more do batch.codes[#batch.codes + 1] = more[n] end
    end
    local place = batch.taken + batch.drawn
    batch.drawn = batch.drawn + 1
    local code = batch.codes[batch.drawn]
    local used = batch.hasUsed and redis.call("HGET", base .. ":used:" .. batch.n, place)
    if not used then
      batch.records[batch.drawn] = code .. owner
      return code, batch.n * PLACES + place
    end
    batch.records[batch.drawn] = code .. "\\t\\t\\t\\t\\t" .. used
    batch.skipped[#batch.skipped + 1] = place
  end
end

local function nextReleased(batch, owner)
  batch.reused = batch.reused + 1
  local ref = batch.n * PLACES + batch.back[batch.reused]
  local code = fields(readRecord(ref))[1]
  changedRecords[ref] = code .. owner
  return code, ref
end

local function draw(owner)
  while current <= #batches do
    local batch = batches[current]
    if not batch.taken then open(batch) end
    local take = batch.reused < #batch.back and nextReleased or nextOfPool
    local code, ref = take(batch, owner)
    if code then
      batch.given = batch.given + 1
      return code, ref, batch.n
    end
    current = current + 1
  end
end

-- What a subscriber holds, told to a message that may show it.
local function tell(refs, records, found, keep)
  local n = keep == "l" and 1 or keep == "f" and #refs or 0
  if n > 0 and found[n][5] == "" then
    found[n][5] = "s"
    records[n] = record(found[n])
    changedRecords[refs[n]] = records[n]
  end
  return holdsLine(refs, records)
end

local function answer(i, subscriber, message, known)
  local expected = string.sub(known, 2)
  local text = redis.call("HGET", KEYS[i + 1], subscriber)
  local refs = {}
  if not text then
    if expected ~= "" then return "none" end
  else
    refs = refsOf(text)
    local records, found, own = {}, {}, false
    for n = 1, #refs do
      records[n] = readRecord(refs[n])
      found[n] = fields(records[n])
      own = own or found[n][3] == message
    end
    if own then return holdsLine(refs, records) end
    if found[1][1] ~= expected then return tell(refs, records, found, string.sub(known, 1, 1)) end
  end
  local code, ref, batch = draw("\\t" .. subscriber .. "\\t" .. message .. "\\t" .. now)
  if not code then return "pool-empty" end
  local codes, dropped = withClaim(refs, ref)
  held[i] = refsText(codes)
  if dropped then
    local texts = redis.call("HGET", olderKey(KEYS[i + 1]), subscriber) or ""
    older[i] = texts .. " " .. refsText({ dropped })
  end
  return "claimed\\t" .. batch .. "\\t" .. code
end

for i = 1, items do
  local at = 2 + i * ${ITEM}
  lines[i] = answer(i, ARGV[at], ARGV[at + 1], ARGV[at + 2])
  left = left - 1
end

-- The records of the codes drawn from a batch, page by page.
local function pagesOf(batch)
  local pages, page, key = {}, nil, nil
  for n = 1, batch.drawn do
    local pageKeyHere = pageKey(batch.n * PLACES + batch.taken + n - 1)
    if pageKeyHere ~= key then
      key = pageKeyHere
      page = {}
      pages[#pages + 1] = { key = key, records = page }
    end
    page[#page + 1] = batch.records[n]
  end
  return pages
end

for b = 1, math.min(current, #batches) do
  local batch = batches[b]
  if batch.taken then
    batch.pages = pagesOf(batch)
    for p = 1, #batch.pages do redis.call("EXISTS", batch.pages[p].key) end
  end
end

-- From here on it writes.
for b = 1, math.min(current, #batches) do
  local batch = batches[b]
  if batch.taken then
    local n = batch.n
    for p = 1, #batch.pages do redis.call("RPUSH", batch.pages[p].key, unpack(batch.pages[p].records)) end
    if batch.drawn > 0 then
      redis.call("LTRIM", base .. ":pool:" .. n, batch.drawn, -1)
      redis.call("HINCRBY", base .. ":batch:" .. n, "taken", batch.drawn)
    end
    for s = 1, #batch.skipped do redis.call("HDEL", base .. ":used:" .. n, batch.skipped[s]) end
    for r = 1, batch.reused do redis.call("ZREM", base .. ":back:" .. n, batch.back[r]) end
    if batch.given > 0 then
      redis.call("HINCRBY", base .. ":batch:" .. n, "given", batch.given)
      redis.call("HINCRBY", base .. ":batch:" .. n, dayField(now), batch.given)
    end
  end
end
for ref, text in pairs(changedRecords) do writeRecord(ref, text) end
for i, text in pairs(held) do redis.call("HSET", KEYS[i + 1], ARGV[2 + i * ${ITEM}], text) end
for i, text in pairs(older) do redis.call("HSET", olderKey(KEYS[i + 1]), ARGV[2 + i * ${ITEM}], text) end

if ARGV[4] == "count" then
  local left = 0
  for b = 1, #batches do
    local n = batches[b].n
    local pool, back, used = base .. ":pool:" .. n, base .. ":back:" .. n, base .. ":used:" .. n
    left = left + redis.call("LLEN", pool) + redis.call("ZCARD", back) - redis.call("HLEN", used)
  end
  lines[items + 1] = tostring(left)
end
return table.concat(lines, "\\n")
`,
);

export async function claim(connection: Connection, keys: OfferKeys, request: ClaimRequest): Promise<ClaimReply> {
  const { revision, now, from, items, countLeft } = request;
  const keyList = [keys.base];
  const args = [String(revision), now.toString(36), from.join(","), countLeft ? "count" : ""];
  for (const { subscriberId, messageId, holding, mayKeep } of items) {
    keyList.push(keys.subscriberBucket(subscriberId));
    args.push(subscriberId, messageId, known(holding, mayKeep));
  }
  const reply = await connection.run(CLAIM, keyList, args);
  if (reply === "offer-changed") return { status: "offer-changed" };
  const lines = typeof reply === "string" ? reply.split("\n") : [];
  if (lines.length !== items.length + (countLeft ? 1 : 0)) throw unexpectedReply(CLAIM, reply);
  const answers = items.map((item, place) => answerFrom(lines[place] as string, item, now));
  return { status: "answered", answers, ...(countLeft && { left: Number(lines.at(-1)) }) };
}

function known(holding: Holding | null, mayKeep: ClaimItem["mayKeep"]): string {
  const keep = mayKeep === "latest" ? "l" : mayKeep === "first" ? "f" : "-";
  return holding === null ? keep : keep + newestCode(holding).code;
}

function answerFrom(line: string, item: ClaimItem, now: number): ClaimAnswer {
  if (line === "pool-empty") return { status: "pool-empty" };
  if (line === "none") return { status: "holds", holding: null };
  if (line.startsWith("holds")) return { status: "holds", holding: holdingFrom(line) };
  const [word, batch, code] = line.split("\t");
  if (word !== "claimed" || batch === undefined || code === undefined) throw unexpectedReply(CLAIM, line);
  const { messageId } = item;
  const held = { code, batch: Number(batch), issuedAt: now, messageId, redeemedAt: null, shared: false };
  return { status: "claimed", holding: withClaim(item.holding ?? [], held) };
}
