import { InvalidInputError } from "../../../domain/errors.js";
import type { Connection } from "../connection.js";
import { script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/** An entry of the index has room for seven digits. */
const MOST_OFFERS = 9_999_999;

/**
 * Puts an offer on the list of offers, with a number for the index. A number is never given to two offers.
 *
 * KEYS[1]  the list of offers
 * ARGV[1]  the offer's id
 * ARGV[2]  the number that it has, or "" for a new offer
 *
 * Replies its number: another one where somebody else has its number, after a server lost what was written last.
 */
const NUMBER_OFFER = script(
  "number-offer",
  "writes",
  `local list, id = KEYS[1], ARGV[1]
local number = redis.call("HGET", list, id)
if number then return number end
number = ARGV[2]
local owner = number ~= "" and redis.call("HGET", list, "\\t" .. number)
if number == "" or owner and owner ~= id then
  number = tostring(redis.call("HINCRBY", list, "\\t", 1))
elseif tonumber(redis.call("HGET", list, "\\t") or 0) < tonumber(number) then
  redis.call("HSET", list, "\\t", number)
end
redis.call("HSET", list, "\\t" .. number, id, id, number)
return number
`,
);

/**
 * Writes nothing, so that what an earlier try wrote is confirmed.
 *
 * KEYS[1]  the offer
 */
const TOUCH = script("touch", "writes", `return redis.call("EXISTS", KEYS[1])\n`);

export async function numberOffer(
  connection: Connection,
  list: string,
  offerId: string,
  known: number | null,
): Promise<number> {
  const reply = await connection.run(NUMBER_OFFER, [list], [offerId, String(known ?? "")]);
  if (typeof reply !== "string") throw unexpectedReply(NUMBER_OFFER, reply);
  const number = Number(reply);
  if (number > MOST_OFFERS) throw new InvalidInputError(`a store numbers at most ${MOST_OFFERS} offers in its life`);
  return number;
}

/** Resolves when all that was written about the offer is confirmed. */
export async function confirmed(connection: Connection, base: string): Promise<void> {
  if (connection.confirmation !== null) await connection.run(TOUCH, [base], []);
}
