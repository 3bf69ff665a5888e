import { codeKey } from "../../../domain/identifier.js";
import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/**
 * Which of these codes the offer has. Changes nothing.
 *
 * KEYS[1]     the offer
 * KEYS[1 + i] the code bucket of code i
 * ARGV[i]     code i in lower case
 *
 * Replies the numbers of those it has.
 */
const FIND_CODES = script(
  "find-codes",
  "reads",
  `local found = {}
for i = 1, #ARGV do
  if redis.call("HEXISTS", KEYS[i + 1], ARGV[i]) == 1 then found[#found + 1] = i end
end
return found
`,
);

/** The places, in the list given, of the codes that the offer has. */
export async function findCodes(connection: Connection, keys: OfferKeys, codes: readonly string[]): Promise<number[]> {
  const lower = codes.map(codeKey);
  const reply = await connection.run(FIND_CODES, [keys.base, ...lower.map(keys.codeBucket)], lower);
  if (!Array.isArray(reply)) throw unexpectedReply(FIND_CODES, reply);
  return reply.map((number) => Number(number) - 1);
}
