import { BUCKET_SIZE, BUCKETS } from "../buckets.js";
import type { Connection } from "../connection.js";
import { script } from "../lua.js";
import { integerFrom, unexpectedReply } from "../reply.js";

/** Subscribers moved, and empty buckets added, in one step: together well below five milliseconds. */
const MOVED_AT_ONCE = 1000;
const ADDED_AT_ONCE = 2000;
/** Each growth changes what all processes know, so it goes somewhat further than it has to. */
const AHEAD = 1.25;

/**
 * Grows the buckets of an offer's subscribers, a step at a time.
 *
 * KEYS[1]  the offer
 * ARGV[1]  how many buckets there are to be
 *
 * Replies how many there are now.
 */
const GROW = script(
  "grow",
  "writes",
  `${BUCKETS}
local base, goal, moved = KEYS[1], tonumber(ARGV[1]), 0
local n = tonumber(redis.call("HGET", base, "buckets") or nil)
if not n then return goal end
local last = math.min(goal, n + ${ADDED_AT_ONCE})
local function setBuckets(more)
  n = more
  redis.call("HSET", base, "buckets", more)
end
while n < last and moved < ${MOVED_AT_ONCE} do
  moved = moved + grow(base .. ":s:", n, { "", ":older" }, hashOf, setBuckets)
end
return n
`,
);

/** Makes room for as many subscribers as there are codes, if there is none yet. */
export async function growBuckets(connection: Connection, base: string, buckets: number, codes: number): Promise<void> {
  const needed = Math.ceil(codes / BUCKET_SIZE);
  if (needed <= buckets) return;
  const goal = Math.max(needed, Math.ceil(buckets * AHEAD));
  for (let now = buckets; now < goal; ) {
    const reply = await connection.run(GROW, [base], [String(goal)]);
    const grown = integerFrom(GROW, reply);
    if (grown <= now) throw unexpectedReply(GROW, reply);
    now = grown;
  }
}
