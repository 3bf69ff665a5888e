import { randomInt } from "node:crypto";
import type { Batch, Offer, OfferState } from "../../../domain/offer.js";
import type { Connection } from "../connection.js";
import { script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/** Revisions that one millisecond has room for. */
const IN_A_MILLISECOND = 2048;

/** Lua that gives the offer its next revision: the time, or one more where a clock is behind. Needs the time-based one. */
export const NEXT_REVISION = `
local function nextRevision(base, proposed)
  local revision = tonumber(redis.call("HGET", base, "revision") or 0)
  local least = revision + 1 + proposed % ${IN_A_MILLISECOND}
  redis.call("HSET", base, "revision", string.format("%.0f", math.max(proposed, least)))
end
`;

/**
 * A revision made of the time and of chance. It is never reused: neither after the data were wiped, nor after an older copy of
 * them was restored, so no process takes another state of the offer for the one it remembers.
 */
export function proposedRevision(): string {
  return String(Date.now() * IN_A_MILLISECOND + randomInt(IN_A_MILLISECOND));
}

/**
 * Writes an offer if nobody else changed it meanwhile.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the revision that the caller read, "" for a new offer
 * ARGV[2]  the offer as JSON
 * ARGV[3]  its number
 * ARGV[4]  the incarnation of a new offer
 * ARGV[5]  the revision to give it
 * ARGV[6]  the channel of changes, ARGV[7] the change to publish
 *
 * Replies "saved", "changed-meanwhile", or "half-deleted" where an offer of this id is being removed.
 */
const SAVE_OFFER = script(
  "save-offer",
  "writes",
  `${NEXT_REVISION}
local base = KEYS[1]
local revision = redis.call("HGET", base, "revision") or ""
if revision ~= ARGV[1] then return "changed-meanwhile" end
if revision == "" and redis.call("HEXISTS", base, "number") == 1 then return "half-deleted" end
nextRevision(base, tonumber(ARGV[5]))
redis.call("HSET", base, "offer", ARGV[2], "number", ARGV[3])
redis.call("HSETNX", base, "incarnation", ARGV[4])
redis.call("HSETNX", base, "buckets", 1)
redis.call("PUBLISH", ARGV[6], ARGV[7])
return "saved"
`,
);

/**
 * An offer and its batches at one moment.
 *
 * KEYS[1]  the offer
 *
 * Replies an empty list, or { offer, number, revision, buckets, batch, batch, ... }, the offer and the batches as JSON.
 */
const LOAD_OFFER = script(
  "load-offer",
  "reads",
  `local found = redis.call("HMGET", KEYS[1], "offer", "number", "revision", "buckets")
if not found[1] then return {} end
local batches = redis.call("LRANGE", KEYS[1] .. ":batches", 0, -1)
for n = 1, #batches do found[4 + n] = batches[n] end
return found
`,
);

export type LoadedOffer = { state: OfferState; number: number; buckets: number };

export async function loadOffer(connection: Connection, base: string): Promise<LoadedOffer | null> {
  const reply = await connection.run(LOAD_OFFER, [base], []);
  if (!Array.isArray(reply)) throw unexpectedReply(LOAD_OFFER, reply);
  if (reply.length === 0) return null;
  const [offer, number, revision, buckets, ...batches] = reply as string[];
  const state = {
    offer: JSON.parse(offer as string) as Offer,
    revision: Number(revision),
    batches: batches.map((batch) => JSON.parse(batch) as Batch),
  };
  return { state, number: Number(number), buckets: Number(buckets) };
}

export async function saveOffer(
  connection: Connection,
  base: string,
  save: { offer: Offer; number: number; revision: number | null; channel: string; change: string },
): Promise<"saved" | "changed-meanwhile" | "half-deleted"> {
  const { offer, number, revision, channel, change } = save;
  const args = [
    String(revision ?? ""),
    JSON.stringify(offer),
    String(number),
    crypto.randomUUID(),
    proposedRevision(),
    channel,
    change,
  ];
  const reply = await connection.run(SAVE_OFFER, [base], args);
  if (reply !== "saved" && reply !== "changed-meanwhile" && reply !== "half-deleted")
    throw unexpectedReply(SAVE_OFFER, reply);
  return reply;
}
