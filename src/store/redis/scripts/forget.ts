import { hashOf } from "../buckets.js";
import type { Connection } from "../connection.js";
import { RECORDS, script } from "../lua.js";
import { integerFrom } from "../reply.js";

/**
 * Removes a subscriber from an offer. The codes stay given out, to nobody in particular.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the subscriber, ARGV[2] the hash of the id
 * ARGV[3]  the channel of changes, ARGV[4] the change to publish
 *
 * Replies how many codes the subscriber had been given.
 */
const FORGET = script(
  "forget",
  "writes",
  `${RECORDS}
local bucket = bucketKey(ARGV[2])
local older = olderKey(bucket)
local refs = refsOf(redis.call("HGET", bucket, ARGV[1]) or nil)
for _, ref in ipairs(refsOf(redis.call("HGET", older, ARGV[1]) or nil)) do refs[#refs + 1] = ref end
local records = {}
for n = 1, #refs do
  records[n] = fields(readRecord(refs[n]))
  records[n][2], records[n][3], records[n][5] = "", "", "s"
end
for n = 1, #refs do writeRecord(refs[n], record(records[n])) end
redis.call("HDEL", bucket, ARGV[1])
redis.call("HDEL", older, ARGV[1])
redis.call("PUBLISH", ARGV[3], ARGV[4])
return #refs
`,
);

export async function forget(
  connection: Connection,
  base: string,
  forgotten: { subscriberId: string; channel: string; change: string },
): Promise<number> {
  const { subscriberId, channel, change } = forgotten;
  const args = [subscriberId, String(hashOf(subscriberId)), channel, change];
  const reply = await connection.run(FORGET, [base], args);
  return integerFrom(FORGET, reply);
}
