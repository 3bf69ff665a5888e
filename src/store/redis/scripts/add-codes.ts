import { StoreUnavailableError } from "../../../domain/errors.js";
import { codeKey } from "../../../domain/identifier.js";
import type { Batch } from "../../../domain/offer.js";
import type { AddedCodes, CodeOutcome } from "../../store.js";
import type { Connection } from "../connection.js";
import type { Hold } from "../import-lock.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";
import { serverTime } from "./clock.js";

/** What Lua and JavaScript write in lower case alike. */
const ASCII = /^[\0-\x7f]*$/;

/**
 * Adds codes to the end of a batch, opening the batch where it is new.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the batch's id
 * ARGV[2]  the batch as JSON
 * ARGV[3]  the batch's size when this upload began, or "" at its first call
 * ARGV[4]  the channel of changes, ARGV[5] what to tell there when the batch is new
 * ARGV[6]  until when this may run, milliseconds by the server's own clock: later it is somebody else's turn to import
 * ARGV[7]  how many codes there are
 * ARGV[8]  for each code three texts that end with a zero byte: number of the code's bucket, code, and its lower case form, or ""
 *          where Lua finds that itself. All in one, because each argument costs client and server as much as a code.
 *
 * Replies { "unknown-offer" }, { "different-days", the known batch as JSON }, { "batch-full" }, { "too-late" }, or
 * { "added", size of the batch before, then for each code that was not added its number and "in-file", "in-pool" or "given-out" }.
 */
const ADD_CODES = script(
  "add-codes",
  "writes",
  `${RECORDS}
local clock = redis.call("TIME")
if clock[1] * 1000 + clock[2] / 1000 > tonumber(ARGV[6]) then return { "too-late" } end
if redis.call("EXISTS", base) == 0 then return { "unknown-offer" } end
local batch = redis.call("HGET", base, "batch:" .. ARGV[1])
local isNew = not batch
if isNew then
  batch = redis.call("LLEN", base .. ":batches")
else
  local known = redis.call("LINDEX", base .. ":batches", batch)
  if known ~= ARGV[2] then return { "different-days", known } end
end
local pool = base .. ":pool:" .. batch
local taken = tonumber(redis.call("HGET", base .. ":batch:" .. batch, "taken") or 0)
local size = taken + redis.call("LLEN", pool)
local since = ARGV[3] == "" and size or tonumber(ARGV[3])
local many = tonumber(ARGV[7])
if size + many >= PLACES then return { "batch-full" } end

if isNew then
  redis.call("RPUSH", base .. ":batches", ARGV[2])
  redis.call("HSET", base, "batch:" .. ARGV[1], batch)
  redis.call("HINCRBY", base, "revision", 1)
  redis.call("PUBLISH", ARGV[4], ARGV[5])
end

local function outcome(ref)
  local place = ref % PLACES
  local of = (ref - place) / PLACES
  local isHere = of == tonumber(batch)
  if isHere and place >= since then return "in-file" end
  local drawn = isHere and taken or tonumber(redis.call("HGET", base .. ":batch:" .. of, "taken") or 0)
  if place >= drawn then return "in-pool" end
  return fields(readRecord(ref))[4] == "" and "in-pool" or "given-out"
end

local call, lower, unpackTexts = redis.call, string.lower, struct.unpack
local reply, new, added = { "added", size }, {}, 0
local codes, at, buckets, n = ARGV[8], 1, base .. ":c:", tonumber(batch)
for i = 1, many do
  local bucket, code, key
  bucket, code, key, at = unpackTexts("sss", codes, at)
  bucket = buckets .. bucket
  if key == "" then key = lower(code) end
  if call("HSETNX", bucket, key, refText(n, size + added)) == 1 then
    added = added + 1
    new[#new + 1] = code
    if #new == 1000 then
      call("RPUSH", pool, unpack(new))
      new = {}
    end
  else
    reply[#reply + 1] = i
    reply[#reply + 1] = outcome(tonumber(call("HGET", bucket, key)))
  end
end
if #new > 0 then call("RPUSH", pool, unpack(new)) end
return reply
`,
);

export type AddReply =
  | ({ status: "added" } & AddedCodes)
  | { status: "different-days"; known: Batch }
  | { status: "unknown-offer" }
  | { status: "batch-full" };

export async function addCodes(
  connection: Connection,
  keys: OfferKeys,
  add: {
    batch: Batch;
    codes: readonly string[];
    since: number | undefined;
    channel: string;
    change: string;
    hold: Hold;
  },
): Promise<AddReply> {
  const { batch, codes, since, channel, change } = add;
  const head = [batch.id, batchText(batch), since === undefined ? "" : String(since), channel, change];
  const texts = codeTexts(keys, codes);
  await add.hold();
  const until = (await serverTime(connection, keys)) + connection.timeout;
  const reply = await connection.run(ADD_CODES, [keys.base], [...head, String(until), String(codes.length), texts]);
  if (!Array.isArray(reply)) throw unexpectedReply(ADD_CODES, reply);
  const [status, detail, ...exceptions] = reply;
  if (status === "unknown-offer" || status === "batch-full") return { status };
  if (status === "different-days") return { status, known: JSON.parse(detail as string) as Batch };
  if (status === "too-late") throw new StoreUnavailableError("Redis came to the codes too late: none was added");
  if (status !== "added") throw unexpectedReply(ADD_CODES, reply);
  return { status, start: Number(detail), outcomes: outcomesOf(codes.length, exceptions) };
}

function codeTexts(keys: OfferKeys, codes: readonly string[]): string {
  const texts: (string | number)[] = [];
  for (const code of codes) {
    const key = codeKey(code);
    texts.push(keys.codeNumber(key), code, ASCII.test(code) ? "" : key);
  }
  return `${texts.join("\0")}\0`;
}

/** A batch is compared by its text, so its fields always stand in this order. */
function batchText({ id, startsOn, endsOn }: Batch): string {
  return JSON.stringify({ id, startsOn, endsOn });
}

function outcomesOf(size: number, exceptions: unknown[]): CodeOutcome[] {
  const outcomes: CodeOutcome[] = new Array(size).fill("added");
  for (let at = 0; at < exceptions.length; at += 2) {
    outcomes[Number(exceptions[at]) - 1] = exceptions[at + 1] as CodeOutcome;
  }
  return outcomes;
}
