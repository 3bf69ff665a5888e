import { codeKey } from "../../../domain/identifier.js";
import type { CodeOutcome } from "../../store.js";
import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/**
 * Which of these codes the offer has, and where. Changes nothing.
 *
 * KEYS[1]     the offer
 * KEYS[1 + i] the code bucket of code i
 * ARGV[i]     code i in lower case
 *
 * Replies for each code that it has its number and "in-pool" or "given-out".
 */
const TRY_CODES = script(
  "try-codes",
  "reads",
  `${RECORDS}
local reply, taken = {}, {}
for i = 1, #ARGV do
  local ref = tonumber(redis.call("HGET", KEYS[i + 1], ARGV[i]) or nil)
  if ref then
    local place = ref % PLACES
    local n = (ref - place) / PLACES
    taken[n] = taken[n] or tonumber(redis.call("HGET", base .. ":batch:" .. n, "taken") or 0)
    local isFree = place >= taken[n] or fields(readRecord(ref))[4] == ""
    reply[#reply + 1] = i
    reply[#reply + 1] = isFree and "in-pool" or "given-out"
  end
end
return reply
`,
);

export async function tryCodes(
  connection: Connection,
  keys: OfferKeys,
  codes: readonly string[],
): Promise<CodeOutcome[]> {
  const lower = codes.map(codeKey);
  const reply = await connection.run(TRY_CODES, [keys.base, ...lower.map(keys.codeBucket)], lower);
  if (!Array.isArray(reply)) throw unexpectedReply(TRY_CODES, reply);
  const outcomes: CodeOutcome[] = new Array(codes.length).fill("added");
  for (let at = 0; at < reply.length; at += 2) outcomes[Number(reply[at]) - 1] = reply[at + 1] as CodeOutcome;
  return outcomes;
}
