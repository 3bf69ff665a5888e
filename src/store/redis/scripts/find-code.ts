import { codeKey } from "../../../domain/identifier.js";
import type { Batch } from "../../../domain/offer.js";
import type { CodeRecord } from "../../store.js";
import type { Whereabouts } from "../code-finder.js";
import type { Connection } from "../connection.js";
import { PLACES } from "../keys.js";
import { RECORDS, REVOKED, script } from "../lua.js";
import { instant, unexpectedReply } from "../reply.js";

/**
 * The code at a place, and who holds it. Changes nothing.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the code's ref: where the index says that it is
 *
 * Replies {} where no code is there, or { batch as JSON, "in-pool" | "given-out", record }.
 */
const FIND_CODE = script(
  "find-code",
  "reads",
  `${RECORDS}
local ref = tonumber(ARGV[1])
local place = ref % PLACES
local n = (ref - place) / PLACES
local batch = redis.call("LINDEX", base .. ":batches", n)
local taken = tonumber(redis.call("HGET", base .. ":batch:" .. n, "taken") or 0)
if place >= taken then
  local code = redis.call("LINDEX", base .. ":pool:" .. n, place - taken)
  if not code then return {} end
  local used = redis.call("HGET", base .. ":used:" .. n, place)
  return { batch, "in-pool", used and code .. "\\t\\t\\t\\t\\t" .. used or code }
end
local found = readRecord(ref)
if not found or found == "" then return {} end
return { batch, fields(found)[4] == "" and "in-pool" or "given-out", found }
`,
);

/** `null`: the code is not there. */
export async function findCode(
  connection: Connection,
  { offerId, base, entry }: Whereabouts,
  code: string,
): Promise<CodeRecord | null> {
  const reply = await connection.run(FIND_CODE, [base], [String(entry.batch * PLACES + entry.place)]);
  if (!Array.isArray(reply)) throw unexpectedReply(FIND_CODE, reply);
  if (reply.length === 0) return null;
  const [batch, status, text] = reply as string[];
  if ((status !== "in-pool" && status !== "given-out") || batch === undefined || text === undefined) {
    throw unexpectedReply(FIND_CODE, reply);
  }
  const found = codeRecord(offerId, JSON.parse(batch) as Batch, status, text);
  return codeKey(found.code) === codeKey(code) ? found : null;
}

/** Reads a record as `keys.ts` describes it. */
export function codeRecord(offerId: string, batch: Batch, status: CodeRecord["status"], text: string): CodeRecord {
  const [code = "", subscriberId, messageId, issued, , redeemed, revoked] = text.split("\t");
  return {
    code,
    offerId,
    batch,
    status,
    subscriberId: subscriberId || null,
    messageId: messageId || null,
    issuedAt: issued ? instant(issued) : null,
    redeemedAt: redeemed ? instant(redeemed) : null,
    ...(revoked === REVOKED && { revoked: true }),
  };
}
