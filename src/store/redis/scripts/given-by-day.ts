import { DAY } from "../../../domain/calendar.js";
import type { UnixMs } from "../../../domain/units.js";
import type { Connection } from "../connection.js";
import { script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/**
 * How many codes an offer gave out, day by day. Changes nothing.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the first day, in days since 1970, ARGV[2] how many days
 *
 * Replies a number for each day, over all batches.
 */
const GIVEN_BY_DAY = script(
  "given-by-day",
  "reads",
  `local base = KEYS[1]
local fields, sums = {}, {}
for d = 1, tonumber(ARGV[2]) do
  fields[d] = "day:" .. tonumber(ARGV[1]) + d - 1
  sums[d] = 0
end
for n = 0, redis.call("LLEN", base .. ":batches") - 1 do
  local found = redis.call("HMGET", base .. ":batch:" .. n, unpack(fields))
  for d = 1, #fields do sums[d] = sums[d] + tonumber(found[d] or 0) end
end
return sums
`,
);

export async function givenByDay(connection: Connection, base: string, from: UnixMs, days: number): Promise<number[]> {
  const reply = await connection.run(GIVEN_BY_DAY, [base], [String(Math.floor(from / DAY)), String(days)]);
  if (!Array.isArray(reply) || reply.length !== days) throw unexpectedReply(GIVEN_BY_DAY, reply);
  return reply.map(Number);
}
