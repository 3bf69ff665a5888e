import { randomInt } from "node:crypto";
import type { Batch, Offer, OfferState } from "../../../domain/offer.js";
import type { Connection } from "../connection.js";
import { script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

const MOST_FIRST = 2 ** 40;

/**
 * Writes an offer if nobody else changed it meanwhile.
 *
 * KEYS[1]  the offer
 * ARGV[1]  the revision that the caller read, "" for a new offer
 * ARGV[2]  the offer as JSON
 * ARGV[3]  how many buckets a new offer gets
 * ARGV[4]  the first revision of a new offer, drawn at random: an offer saved anew after the data were wiped is not taken for the old one
 * ARGV[5]  the channel of changes, ARGV[6] what to tell there
 *
 * Replies "saved" or "changed-meanwhile".
 */
const SAVE_OFFER = script(
  "save-offer",
  "writes",
  `local base = KEYS[1]
local revision = redis.call("HGET", base, "revision") or ""
if revision ~= ARGV[1] then return "changed-meanwhile" end
redis.call("HSET", base, "offer", ARGV[2])
redis.call("HSETNX", base, "buckets", ARGV[3])
if revision == "" then
  redis.call("HSET", base, "revision", ARGV[4])
else
  redis.call("HINCRBY", base, "revision", 1)
end
redis.call("PUBLISH", ARGV[5], ARGV[6])
return "saved"
`,
);

/**
 * An offer and its batches at one moment.
 *
 * KEYS[1]  the offer
 *
 * Replies an empty list, or { offer, revision, buckets, batch, batch, ... }, the offer and the batches as JSON.
 */
const LOAD_OFFER = script(
  "load-offer",
  "reads",
  `local found = redis.call("HMGET", KEYS[1], "offer", "revision", "buckets")
if not found[1] then return {} end
local batches = redis.call("LRANGE", KEYS[1] .. ":batches", 0, -1)
for n = 1, #batches do found[3 + n] = batches[n] end
return found
`,
);

export type LoadedOffer = { state: OfferState; buckets: number };

export async function loadOffer(connection: Connection, base: string): Promise<LoadedOffer | null> {
  const reply = await connection.run(LOAD_OFFER, [base], []);
  if (!Array.isArray(reply)) throw unexpectedReply(LOAD_OFFER, reply);
  if (reply.length === 0) return null;
  const [offer, revision, buckets, ...batches] = reply as string[];
  const state = {
    offer: JSON.parse(offer as string) as Offer,
    revision: Number(revision),
    batches: batches.map((batch) => JSON.parse(batch) as Batch),
  };
  return { state, buckets: Number(buckets) };
}

export async function saveOffer(
  connection: Connection,
  base: string,
  save: { offer: Offer; revision: number | null; buckets: number; channel: string; change: string },
): Promise<"saved" | "changed-meanwhile"> {
  const { offer, revision, buckets, channel, change } = save;
  const first = String(randomInt(MOST_FIRST));
  const args = [String(revision ?? ""), JSON.stringify(offer), String(buckets), first, channel, change];
  const reply = await connection.run(SAVE_OFFER, [base], args);
  if (reply !== "saved" && reply !== "changed-meanwhile") throw unexpectedReply(SAVE_OFFER, reply);
  return reply;
}
