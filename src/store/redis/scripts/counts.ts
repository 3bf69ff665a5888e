import type { Batch } from "../../../domain/offer.js";
import type { BatchCounts } from "../../store.js";
import type { Connection } from "../connection.js";
import { RECORDS, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/**
 * How many codes are where, and one code of the pool. Changes nothing.
 *
 * KEYS[1]  the offer
 *
 * Replies {} for an unknown offer, or { a code of the pool or "", then for each batch: batch as JSON, in the pool, given out,
 * redeemed, redeemed while in the pool }.
 */
const COUNTS = script(
  "counts",
  "reads",
  `${RECORDS}
if redis.call("EXISTS", base) == 0 then return {} end
local batches = redis.call("LRANGE", base .. ":batches", 0, -1)
local reply = { "" }

-- A code that waits in the pool list or, where none can be drawn of it, one that came back.
local function waiting(n)
  local pool = base .. ":pool:" .. n
  if redis.call("LLEN", pool) > redis.call("HLEN", base .. ":used:" .. n) then return redis.call("LINDEX", pool, -1) end
  local place = redis.call("ZRANGE", base .. ":back:" .. n, 0, 0)[1]
  return place and fields(readRecord(n * PLACES + place))[1] or ""
end

for i = 1, #batches do
  local n = i - 1
  local pool, back, used = base .. ":pool:" .. n, base .. ":back:" .. n, base .. ":used:" .. n
  local found = redis.call("HMGET", base .. ":batch:" .. n, "given", "redeemed", "used")
  local inPool = redis.call("LLEN", pool) + redis.call("ZCARD", back) - redis.call("HLEN", used)
  if reply[1] == "" then reply[1] = waiting(n) end
  local row = { batches[i], inPool, found[1] or 0, found[2] or 0, found[3] or 0 }
  for f = 1, 5 do reply[#reply + 1] = row[f] end
end
return reply
`,
);

export type Counts = { sample: string | null; batches: BatchCounts[] };

export async function counts(connection: Connection, base: string): Promise<Counts | null> {
  const reply = await connection.run(COUNTS, [base], []);
  if (!Array.isArray(reply)) throw unexpectedReply(COUNTS, reply);
  if (reply.length === 0) return null;
  const [sample, ...rows] = reply;
  const batches: BatchCounts[] = [];
  for (let at = 0; at < rows.length; at += 5) {
    const [batch, inPool, givenOut, redeemed, redeemedInPool] = rows.slice(at, at + 5);
    batches.push({
      batch: JSON.parse(batch as string) as Batch,
      inPool: Number(inPool),
      givenOut: Number(givenOut),
      redeemed: Number(redeemed),
      redeemedInPool: Number(redeemedInPool),
    });
  }
  return { sample: sample === "" ? null : (sample as string), batches };
}
