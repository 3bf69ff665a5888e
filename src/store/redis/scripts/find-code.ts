import { codeKey } from "../../../domain/identifier.js";
import type { Batch } from "../../../domain/offer.js";
import type { CodeRecord } from "../../store.js";
import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { instant, unexpectedReply } from "../reply.js";

/**
 * Where a code is and who holds it. Changes nothing.
 *
 * KEYS[1]  the offer
 * KEYS[2]  the code's bucket
 * ARGV[1]  the code in lower case
 *
 * Replies {} for a code that the offer does not have, or { batch as JSON, "in-pool" | "given-out", record }.
 */
const FIND_CODE = script(
  "find-code",
  "reads",
  `${RECORDS}
local ref = tonumber(redis.call("HGET", KEYS[2], ARGV[1]) or nil)
if not ref then return {} end
local place = ref % PLACES
local n = (ref - place) / PLACES
local batch = redis.call("LINDEX", base .. ":batches", n)
local taken = tonumber(redis.call("HGET", base .. ":batch:" .. n, "taken") or 0)
if place >= taken then
  local code = redis.call("LINDEX", base .. ":pool:" .. n, place - taken)
  local used = redis.call("HGET", base .. ":used:" .. n, place)
  return { batch, "in-pool", used and code .. "\\t\\t\\t\\t\\t" .. used or code }
end
local found = readRecord(ref)
return { batch, fields(found)[4] == "" and "in-pool" or "given-out", found }
`,
);

export async function findCode(
  connection: Connection,
  offerId: string,
  keys: OfferKeys,
  code: string,
): Promise<CodeRecord | null> {
  const key = codeKey(code);
  const reply = await connection.run(FIND_CODE, [keys.base, keys.codeBucket(key)], [key]);
  if (!Array.isArray(reply)) throw unexpectedReply(FIND_CODE, reply);
  if (reply.length === 0) return null;
  const [batch, status, found] = reply as string[];
  if ((status !== "in-pool" && status !== "given-out") || batch === undefined || found === undefined) {
    throw unexpectedReply(FIND_CODE, reply);
  }
  return codeRecord(offerId, JSON.parse(batch) as Batch, status, found);
}

/** Reads a record as `keys.ts` describes it. */
export function codeRecord(offerId: string, batch: Batch, status: CodeRecord["status"], text: string): CodeRecord {
  const [code = "", subscriberId, messageId, issued, , redeemed] = text.split("\t");
  return {
    code,
    offerId,
    batch,
    status,
    subscriberId: subscriberId || null,
    messageId: messageId || null,
    issuedAt: issued ? instant(issued) : null,
    redeemedAt: redeemed ? instant(redeemed) : null,
  };
}
