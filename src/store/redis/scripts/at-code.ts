import { codeKey } from "../../../domain/identifier.js";
import type { Connection } from "../connection.js";
import type { Entry } from "../entries.js";
import { PLACES } from "../keys.js";
import { RECORDS, type Script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/**
 * How each script begins that works on one code, wherever it is.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the code's ref: where the index says that it is
 * ARGV[2]  the code in lower case, ARGV[3] as it was imported, where that is known
 *
 * Replies {} where the ref leads nowhere, or { "other", code } where this code is there. Otherwise "found" has the fields of the code's record, and
 * "put" writes them. Of a code that waits in the pool list, what is written is how its record is to end.
 */
export const AT_CODE = `${RECORDS}
local ref = tonumber(ARGV[1])
local place = ref % PLACES
local n = (ref - place) / PLACES
local counters, used, back = base .. ":batch:" .. n, base .. ":used:" .. n, base .. ":back:" .. n
local taken = tonumber(redis.call("HGET", counters, "taken") or 0)
local isListed = place >= taken

local function textAtPlace()
  if not isListed then return readRecord(ref) end
  local code = redis.call("LINDEX", base .. ":pool:" .. n, place - taken)
  local ending = code and redis.call("HGET", used, place)
  return ending and code .. "\\t\\t\\t\\t\\t" .. ending or code
end

local text = textAtPlace()
if not text or text == "" then return {} end
local found = fields(text)
if string.lower(found[1]) ~= ARGV[2] and found[1] ~= ARGV[3] then return { "other", found[1] } end

local function put()
  if not isListed then return writeRecord(ref, record(found)) end
  local ending = record({ found[6], found[7] })
  if ending == "" then redis.call("HDEL", used, place) else redis.call("HSET", used, place, ending) end
end
`;

/** Runs a script that begins with `AT_CODE`; `args` follow the three of its beginning. `null`: the code is not there. */
export async function runAtCode(
  connection: Connection,
  script: Script,
  base: string,
  { entry, code }: { entry: Entry; code: string },
  args: readonly string[],
): Promise<string[] | null> {
  const [ref, key] = [String(entry.batch * PLACES + entry.place), codeKey(code)];
  const run = (imported: string) => connection.run(script, [base], [ref, key, imported, ...args]);
  let reply = await run(code);
  // Lua changes the case of ASCII letters only.
  if (isOther(reply) && codeKey(reply[1]) === key) reply = await run(reply[1]);
  if (!Array.isArray(reply)) throw unexpectedReply(script, reply);
  return reply.length === 0 || isOther(reply) ? null : (reply as string[]);
}

function isOther(reply: unknown): reply is [string, string] {
  return Array.isArray(reply) && reply[0] === "other";
}
