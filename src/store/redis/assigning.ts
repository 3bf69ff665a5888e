import { codeKey } from "../../domain/identifier.js";
import { type BatchInput, parseBatch } from "../../domain/offer.js";
import { checkAssignments } from "../checks.js";
import type { Assignment, AssignOutcome } from "../store.js";
import { changeText } from "./changes.js";
import { entryFrom } from "./entries.js";
import { type Turn, withImportLock } from "./import-lock.js";
import { addChunk, chunkOf, enterCodes, type Importing, refusalError } from "./importing.js";
import { offerKey, PLACES } from "./keys.js";
import { beginImport, type OpenBatch } from "./scripts/add-codes.js";
import { assignPlaced, type PlacedAssignment } from "./scripts/people.js";

/** Codes assigned in one step: a few milliseconds. */
const AT_ONCE = 200;

/**
 * Records codes that subscribers hold already: see `OfferStore.assign`. New codes are imported like all others, but reserved, so that
 * nobody draws them before they are assigned. Done again after an interruption, it assigns the rest.
 */
export async function assignCodes(
  parts: Importing,
  offerId: string,
  batchInput: BatchInput,
  items: readonly Assignment[],
): Promise<AssignOutcome[]> {
  const batch = parseBatch(batchInput);
  checkAssignments(items);
  const { connection, keys, notify } = parts;
  const base = offerKey(keys.prefix, offerId);
  const outcomes = await withImportLock(connection, keys, async (turn) => {
    const begun = await beginImport(connection, base, turn, batch, items.length);
    if (begun.status !== "ready") throw refusalError(begun, offerId, batch.id, batchInput);
    const elsewhere = await addReserved(parts, offerId, turn, begun.open, items);
    return assignAll(parts, base, turn, begun.open, items, elsewhere);
  });
  if (outcomes.includes("assigned")) {
    notify({ type: "missed" });
    await connection.command("publish", (redis) => redis.publish(keys.changes, changeText({ type: "missed" })));
  }
  return outcomes;
}

/** Returns the places of the items whose code another offer has. */
async function addReserved(
  parts: Importing,
  offerId: string,
  turn: Turn,
  open: OpenBatch,
  items: readonly Assignment[],
): Promise<Set<number>> {
  const codes = items.map(({ code }) => code);
  const chunk = chunkOf(codes);
  await enterCodes(parts, turn, open, chunk, open.size);
  const added = chunk.wanted.map((place) => codes[place] as string);
  await addChunk(parts, offerId, turn, open, added, true);
  for (const [place, first] of chunk.again) chunk.outcomes[place] = chunk.outcomes[first] ?? "added";
  return new Set([...items.keys()].filter((place) => chunk.outcomes[place] === "in-other-offer"));
}

async function assignAll(
  { connection, index }: Importing,
  base: string,
  turn: Turn,
  open: OpenBatch,
  items: readonly Assignment[],
  elsewhere: ReadonlySet<number>,
): Promise<AssignOutcome[]> {
  const outcomes: AssignOutcome[] = new Array(items.length).fill("in-other-offer");
  const places = [...items.keys()].filter((place) => !elsewhere.has(place));
  const entries = await index.find(places.map((place) => codeKey((items[place] as Assignment).code)));
  const placed = places.map((place, at): PlacedAssignment => {
    const entry = entryFrom(entries[at] as string);
    return { ref: entry.batch * PLACES + entry.place, item: items[place] as Assignment };
  });
  for (let done = 0; done < placed.length; ) {
    const some = await assignPlaced(connection, base, turn, open, placed.slice(done, done + AT_ONCE));
    for (const [at, outcome] of some.entries()) outcomes[places[done + at] as number] = outcome;
    done += some.length;
    await turn.renew();
  }
  return outcomes;
}
