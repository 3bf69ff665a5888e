import type { UnixMs } from "../../../domain/units.js";
import type { Connection } from "../connection.js";
import type { Entry } from "../entries.js";
import { script } from "../lua.js";
import { instant, instantText, unexpectedReply } from "../reply.js";
import { AT_CODE, runAtCode } from "./at-code.js";

/**
 * Marks a code as redeemed, wherever it is. A code still in the pool is never drawn from then on.
 *
 * KEYS[1]  the offer
 * ARGV[1]  to ARGV[3]: see `AT_CODE`
 * ARGV[4]  when, base 36 milliseconds
 * ARGV[5]  the channel of changes, ARGV[6] the change to publish; the subscriber's id is added
 *
 * Replies as `AT_CODE` does, or { "redeemed" | "already-redeemed", code, subscriber or "", when }.
 */
const REDEEM = script(
  "redeem",
  "writes",
  `${AT_CODE}
if found[6] ~= "" then return { "already-redeemed", found[1], found[2], found[6] } end
found[6] = ARGV[4]
put()
if not isListed then redis.call("ZREM", back, place) end
redis.call("HINCRBY", counters, found[4] == "" and "used" or "redeemed", 1)
if found[2] ~= "" then redis.call("PUBLISH", ARGV[5], ARGV[6] .. found[2]) end
return { "redeemed", found[1], found[2], found[6] }
`,
);

export type RedeemReply = {
  status: "redeemed" | "already-redeemed";
  code: string;
  subscriberId: string | null;
  redeemedAt: UnixMs;
};

/** `null`: the code is not there. */
export async function redeem(
  connection: Connection,
  base: string,
  redemption: { entry: Entry; code: string; at: UnixMs; channel: string; change: string },
): Promise<RedeemReply | null> {
  const { at, channel, change } = redemption;
  const reply = await runAtCode(connection, REDEEM, base, redemption, [instantText(at), channel, change]);
  if (reply === null) return null;
  const [status, code, subscriberId, redeemedAt] = reply;
  if (status !== "redeemed" && status !== "already-redeemed") throw unexpectedReply(REDEEM, reply);
  return {
    status,
    code: code as string,
    subscriberId: subscriberId || null,
    redeemedAt: instant(redeemedAt as string),
  };
}
