import { HASH_OF } from "../buckets.js";
import type { Connection } from "../connection.js";
import type { Entry } from "../entries.js";
import { ALL_REFS, REVOKED, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";
import { AT_CODE, runAtCode } from "./at-code.js";

/**
 * Marks a code as revoked, wherever it is. A code still in the pool is not drawn from then on. A second run changes nothing.
 *
 * KEYS[1]  the offer
 * ARGV[1]  to ARGV[3]: see `AT_CODE`
 * ARGV[4]  the channel of changes, ARGV[5] the change to publish; the subscriber's id is added
 *
 * Replies as `AT_CODE` does, or { "revoked" | "already-revoked", code, subscriber or "" }.
 *
 * Where it is the first code of its holder, another one becomes the first that may be shown, so all refs become remembered: see `putRefs`.
 */
const REVOKE = script(
  "revoke",
  "writes",
  `${AT_CODE}${ALL_REFS}${HASH_OF}
if found[7] ~= "" then return { "already-revoked", found[1], found[2] } end
found[7] = "${REVOKED}"
if not isListed then redis.call("ZREM", back, place) end
put()
if found[2] ~= "" then
  local bucket = bucketKey(hashOf(found[2]))
  local refs = allRefs(bucket, found[2])
  if refs[#refs] == ref then putRefs(bucket, found[2], refs) end
  redis.call("PUBLISH", ARGV[4], ARGV[5] .. found[2])
end
return { "revoked", found[1], found[2] }
`,
);

export type RevokeReply = { status: "revoked" | "already-revoked"; code: string; subscriberId: string | null };

/** `null`: the code is not there. */
export async function revoke(
  connection: Connection,
  base: string,
  revocation: { entry: Entry; code: string; channel: string; change: string },
): Promise<RevokeReply | null> {
  const reply = await runAtCode(connection, REVOKE, base, revocation, [revocation.channel, revocation.change]);
  if (reply === null) return null;
  const [status, code, subscriberId] = reply;
  if (status !== "revoked" && status !== "already-revoked") throw unexpectedReply(REVOKE, reply);
  return { status, code: code as string, subscriberId: subscriberId || null };
}
