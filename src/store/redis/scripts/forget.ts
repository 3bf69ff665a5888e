import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { integerFrom } from "../reply.js";

/**
 * Removes a subscriber from an offer. The codes stay given out, to nobody in particular.
 *
 * KEYS[1]  the offer
 * KEYS[2]  the subscriber's bucket
 * ARGV[1]  the subscriber
 * ARGV[2]  the channel of changes, ARGV[3] what to tell there
 *
 * Replies how many codes the subscriber had been given.
 */
const FORGET = script(
  "forget",
  "writes",
  `${RECORDS}
local older = olderKey(KEYS[2])
local refs = refsOf(redis.call("HGET", KEYS[2], ARGV[1]) or nil)
for _, ref in ipairs(refsOf(redis.call("HGET", older, ARGV[1]) or nil)) do refs[#refs + 1] = ref end
local records = {}
for n = 1, #refs do
  records[n] = fields(readRecord(refs[n]))
  records[n][2], records[n][3], records[n][5] = "", "", "s"
end
for n = 1, #refs do writeRecord(refs[n], record(records[n])) end
redis.call("HDEL", KEYS[2], ARGV[1])
redis.call("HDEL", older, ARGV[1])
redis.call("PUBLISH", ARGV[2], ARGV[3])
return #refs
`,
);

export async function forget(
  connection: Connection,
  keys: OfferKeys,
  forgotten: { subscriberId: string; channel: string; change: string },
): Promise<number> {
  const { subscriberId, channel, change } = forgotten;
  const keyList = [keys.base, keys.subscriberBucket(subscriberId)];
  const reply = await connection.run(FORGET, keyList, [subscriberId, channel, change]);
  return integerFrom(FORGET, reply);
}
