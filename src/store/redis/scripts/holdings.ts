import type { HeldCode, Holding } from "../../../domain/holding.js";
import { hashOf } from "../buckets.js";
import type { Connection } from "../connection.js";
import { RECORDS, REVOKED, script } from "../lua.js";
import { instant, unexpectedReply } from "../reply.js";

/**
 * What subscribers hold. Changes nothing.
 *
 * KEYS[1]      the offer
 * ARGV[2i - 1] the hash of subscriber i, ARGV[2i] subscriber i
 *
 * Replies a text with a line for each subscriber: "none" or "holds ..." (see holdsLine).
 */
const HOLDINGS = script(
  "holdings",
  "reads",
  `${RECORDS}
local lines = {}
for i = 1, #ARGV / 2 do
  local text = redis.call("HGET", bucketKey(ARGV[2 * i - 1]), ARGV[2 * i])
  if text then
    local refs, records = refsOf(text), {}
    for n = 1, #refs do records[n] = readRecord(refs[n]) end
    lines[i] = holdsLine(remembered(refs, records))
  else
    lines[i] = "none"
  end
end
return table.concat(lines, "\\n")
`,
);

export async function holdings(
  connection: Connection,
  base: string,
  subscriberIds: readonly string[],
): Promise<(Holding | null)[]> {
  const args = subscriberIds.flatMap((subscriberId) => [String(hashOf(subscriberId)), subscriberId]);
  const reply = await connection.run(HOLDINGS, [base], args);
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
  const [batch, code, , messageId = "", issued = "", shared, redeemed, revoked] = text.split("\t");
  if (code === undefined || issued === "") throw unexpectedReply(HOLDINGS, text);
  return {
    code,
    batch: Number(batch),
    issuedAt: instant(issued),
    messageId,
    redeemedAt: redeemed === undefined || redeemed === "" ? null : instant(redeemed),
    shared: shared === "s",
    ...(revoked === REVOKED && { revoked: true }),
  };
}
