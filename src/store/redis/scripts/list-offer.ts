import type { Connection } from "../connection.js";
import { script } from "../lua.js";

/**
 * Puts an offer on the list of offers.
 *
 * KEYS[1]  the list of offers
 * ARGV[1]  the offer's id
 *
 * Replies 1 or 0.
 */
const LIST_OFFER = script("list-offer", "writes", `return redis.call("SADD", KEYS[1], ARGV[1])\n`);

/**
 * Writes nothing, so that what an earlier try wrote is confirmed.
 *
 * KEYS[1]  the offer
 */
const TOUCH = script("touch", "writes", `return redis.call("EXISTS", KEYS[1])\n`);

export async function listOffer(connection: Connection, list: string, offerId: string): Promise<void> {
  await connection.run(LIST_OFFER, [list], [offerId]);
}

/** Resolves when all that was written about the offer is confirmed. */
export async function confirmed(connection: Connection, base: string): Promise<void> {
  if (connection.confirmation !== null) await connection.run(TOUCH, [base], []);
}
