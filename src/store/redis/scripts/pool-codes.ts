import type { Connection } from "../connection.js";
import { PAGE } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/**
 * The codes of one page of a batch that nobody has and that are not redeemed, revoked ones among them. Changes nothing.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the batch's number, ARGV[2] the page's
 *
 * Replies how many places the batch has, then the codes by their places.
 */
const POOL_CODES = script(
  "pool-codes",
  "reads",
  `${RECORDS}
local n, first = tonumber(ARGV[1]), tonumber(ARGV[2]) * PAGE
local pool, used = base .. ":pool:" .. n, base .. ":used:" .. n
local taken = tonumber(redis.call("HGET", base .. ":batch:" .. n, "taken") or 0)
local reply = { taken + redis.call("LLEN", pool) }
local records = redis.call("LRANGE", (pageKey(n * PLACES + first)), 0, -1)
for i = 1, #records do
  local found = fields(records[i])
  if found[1] ~= "" and found[4] == "" and found[6] == "" then reply[#reply + 1] = found[1] end
end
local from = math.max(first, taken)
if from >= first + PAGE then return reply end
local codes = redis.call("LRANGE", pool, from - taken, first + PAGE - 1 - taken)
for i = 1, #codes do
  local ending = redis.call("HGET", used, from + i - 1)
  if not ending or string.sub(ending, 1, 1) == "\\t" then reply[#reply + 1] = codes[i] end
end
return reply
`,
);

/** A page at a time, by place, so that codes drawn meanwhile shift nothing. */
export async function* poolCodes(connection: Connection, base: string, batch: number): AsyncGenerator<string[]> {
  for (let page = 0; ; page++) {
    const reply = await connection.run(POOL_CODES, [base], [String(batch), String(page)]);
    if (!Array.isArray(reply) || reply.length === 0) throw unexpectedReply(POOL_CODES, reply);
    const [size, ...codes] = reply;
    if (codes.length > 0) yield codes as string[];
    if ((page + 1) * PAGE >= Number(size)) return;
  }
}
