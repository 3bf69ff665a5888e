import type { HeldCode, Holding } from "../../../domain/holding.js";
import type { Connection } from "../connection.js";
import type { OfferKeys } from "../keys.js";
import { RECORDS, script } from "../lua.js";
import { instant, unexpectedReply } from "../reply.js";

/**
 * What subscribers hold. Changes nothing.
 *
 * KEYS[1]     the offer
 * KEYS[1 + i] the bucket of subscriber i
 * ARGV[i]     subscriber i
 *
 * Replies a text with a line for each subscriber: "none" or "holds ..." (see holdsLine).
 */
const HOLDINGS = script(
  "holdings",
  "reads",
  `${RECORDS}
local lines = {}
for i = 1, #ARGV do
  local text = redis.call("HGET", KEYS[i + 1], ARGV[i])
  if text then
    local refs, records = refsOf(text), {}
    for n = 1, #refs do records[n] = readRecord(refs[n]) end
    lines[i] = holdsLine(refs, records)
  else
    lines[i] = "none"
  end
end
return table.concat(lines, "\\n")
`,
);

export async function holdings(
  connection: Connection,
  keys: OfferKeys,
  subscriberIds: readonly string[],
): Promise<(Holding | null)[]> {
  const keyList = [keys.base, ...subscriberIds.map(keys.subscriberBucket)];
  const reply = await connection.run(HOLDINGS, keyList, subscriberIds);
  const lines = typeof reply === "string" ? reply.split("\n") : [];
  if (lines.length !== subscriberIds.length) throw unexpectedReply(HOLDINGS, reply);
  return lines.map((line) => (line === "none" ? null : holdingFrom(line)));
}

/** Reads the line that the scripts' `holdsLine` writes. */
export function holdingFrom(line: string): Holding {
  const [, ...codes] = line.split("\u001f");
  if (codes.length === 0) throw unexpectedReply(HOLDINGS, line);
  return codes.map(heldCode) as unknown as Holding;
}

function heldCode(text: string): HeldCode {
  const [batch, code, , messageId = "", issued = "", shared, redeemed] = text.split("\t");
  if (code === undefined || issued === "") throw unexpectedReply(HOLDINGS, text);
  return {
    code,
    batch: Number(batch),
    issuedAt: instant(issued),
    messageId,
    redeemedAt: redeemed === undefined || redeemed === "" ? null : instant(redeemed),
    shared: shared === "s",
  };
}
