import type { Batch } from "../../../domain/offer.js";
import type { Connection } from "../connection.js";
import { script } from "../lua.js";
import { unexpectedReply } from "../reply.js";
import { batchText } from "./add-codes.js";
import { NEXT_REVISION, proposedRevision } from "./offers.js";

/**
 * Gives a batch other days if nobody changed the offer meanwhile.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the revision that the caller read
 * ARGV[2]  the batch's number, ARGV[3] the batch as JSON
 * ARGV[4]  the revision to give the offer
 * ARGV[5]  the channel of changes, ARGV[6] the change to publish
 *
 * Replies "changed" or "changed-meanwhile".
 */
const CHANGE_DAYS = script(
  "change-days",
  "writes",
  `${NEXT_REVISION}
local base = KEYS[1]
if redis.call("HGET", base, "revision") ~= ARGV[1] then return "changed-meanwhile" end
nextRevision(base, tonumber(ARGV[4]))
redis.call("LSET", base .. ":batches", ARGV[2], ARGV[3])
redis.call("PUBLISH", ARGV[5], ARGV[6])
return "changed"
`,
);

export async function changeDays(
  connection: Connection,
  base: string,
  days: { revision: number; number: number; batch: Batch; channel: string; change: string },
): Promise<"changed" | "changed-meanwhile"> {
  const { revision, number, batch, channel, change } = days;
  const args = [String(revision), String(number), batchText(batch), proposedRevision(), channel, change];
  const reply = await connection.run(CHANGE_DAYS, [base], args);
  if (reply !== "changed" && reply !== "changed-meanwhile") throw unexpectedReply(CHANGE_DAYS, reply);
  return reply;
}
