import type { UnixMs } from "../../../domain/units.js";
import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/**
 * What time it is at the server that holds the offer.
 *
 * KEYS[1]  the offer
 *
 * Replies seconds and microseconds.
 */
const CLOCK = script("clock", "reads", `return redis.call("TIME")\n`);

export async function serverTime(connection: Connection, keys: OfferKeys): Promise<UnixMs> {
  const reply = await connection.run(CLOCK, [keys.base], []);
  if (!Array.isArray(reply)) throw unexpectedReply(CLOCK, reply);
  return Number(reply[0]) * 1000 + Math.floor(Number(reply[1]) / 1000);
}
