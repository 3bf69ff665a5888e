import type { Connection } from "../connection.js";
import type { Turn } from "../import-lock.js";
import { FENCE, RECORDS, script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/** Places that follow one another in a batch. */
export type PlaceRange = { readonly batch: number; readonly first: number; readonly count: number };

/** A code at its place: its record, which is the code alone while it is in the pool list; empty for none. */
export type PlacedCode = { readonly record: string; readonly isDrawn: boolean };

const PLACES_OF_RANGES = `
local reply = {}
for batch, first, many in string.gmatch(ARGV[2], "(%d+) (%d+) (%d+)") do
  local n, from = tonumber(batch), tonumber(first)
  local last = from + tonumber(many) - 1
  local taken = tonumber(redis.call("HGET", base .. ":batch:" .. n, "taken") or 0)
  local texts = {}
  for place = from, last do texts[place - from + 1] = "" end
  local place = from
  while place <= last and place < taken do
    local key, at = pageKey(n * PLACES + place)
    local found = redis.call("LRANGE", key, at, at + math.min(last, taken - 1) - place)
    for i = 1, #found do texts[place - from + i] = found[i] end
    place = place + PAGE - at
  end
  if last >= taken then
    local start = math.max(from, taken)
    local found = redis.call("LRANGE", base .. ":pool:" .. n, start - taken, last - taken)
    for i = 1, #found do texts[start - from + i] = found[i] end
  end
  reply[#reply + 1] = taken
  reply[#reply + 1] = texts
end
return reply
`;

/**
 * What is at some places of an offer. Changes nothing.
 *
 * KEYS[1]  the offer
 * ARGV[1]  ""
 * ARGV[2]  ranges: batch, first place, how many; all separated by blanks
 *
 * Replies for each range how many codes of the batch have been drawn, and a text for each place: its record, the code alone where it is
 * in the pool list, "" for none.
 */
const READ_PLACES = script("read-places", "reads", `${RECORDS}${PLACES_OF_RANGES}`);

/**
 * The same for an import or a withdrawal: from then on, those that had their turn before change nothing in this offer.
 *
 * ARGV[1]  the number of the turn
 *
 * Replies the same, or { "turn-over", the newer turn }.
 */
const FENCE_PLACES = script(
  "fence-places",
  "writes",
  `${RECORDS}
if redis.call("EXISTS", base) == 1 then
${FENCE}
end
${PLACES_OF_RANGES}`,
);

/** Texts for each range, in their order. */
export async function readPlaces(
  connection: Connection,
  base: string,
  ranges: readonly PlaceRange[],
  turn: Turn | null,
): Promise<PlacedCode[][]> {
  const text = ranges.map(({ batch, first, count }) => `${batch} ${first} ${count}`).join(" ");
  const reply = await connection.run(turn ? FENCE_PLACES : READ_PLACES, [base], [turn?.number ?? "", text]);
  if (!Array.isArray(reply)) throw unexpectedReply(READ_PLACES, reply);
  if (turn !== null && reply[0] === "turn-over") throw turn.over(reply[1]);
  if (reply.length !== 2 * ranges.length) throw unexpectedReply(READ_PLACES, reply);
  return ranges.map(({ first }, at) => {
    const taken = Number(reply[2 * at]);
    const texts = reply[2 * at + 1] as string[];
    return texts.map((record, place) => ({ record, isDrawn: first + place < taken }));
  });
}
