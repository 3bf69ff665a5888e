import type { EntryChange } from "../code-index.js";
import { entryStart, entryText } from "../entries.js";
import { type Turn, withImportLock } from "../import-lock.js";
import type { Importing } from "../importing.js";
import { offerKey } from "../keys.js";
import { placedCodes } from "../places.js";
import type { IndexFindings, StrayEntry, UnindexedCode } from "./code-index.js";

const AT_ONCE = 1000;

type Owner = { readonly number: number; readonly base: string };

/**
 * Removes entries that lead nowhere, and enters codes that have none. It takes turns with imports, and looks again in each turn, so
 * an import that was under way during the check is left alone. Returns how many entries it changed.
 */
export async function repairIndex(
  parts: Importing,
  owner: Owner,
  numbers: ReadonlyMap<number, string>,
  { stray, unindexed }: IndexFindings,
): Promise<number> {
  let repaired = 0;
  for (const some of portions(stray)) {
    repaired += await withTurn(parts, async (turn) =>
      parts.index.change(turn, await removals(parts, numbers, some, turn)),
    );
  }
  for (const some of portions(unindexed)) {
    repaired += await withTurn(parts, (turn) => enterMissing(parts, owner, some, turn));
  }
  return repaired;
}

function withTurn(parts: Importing, work: (turn: Turn) => Promise<number>): Promise<number> {
  return withImportLock(parts.connection, parts.keys, work);
}

async function removals(
  { connection, keys }: Importing,
  numbers: ReadonlyMap<number, string>,
  stray: readonly StrayEntry[],
  turn: Turn,
): Promise<EntryChange[]> {
  const changes: EntryChange[] = [];
  for (const { key, text, entry } of stray) {
    const offerId = numbers.get(entry.offer);
    const wanted = [{ key, batch: entry.batch, place: entry.place }];
    const isThere =
      offerId !== undefined &&
      (await placedCodes(connection, offerKey(keys.prefix, offerId), wanted, turn))[0] !== null;
    if (!isThere) changes.push({ key, from: text, to: "" });
  }
  return changes;
}

async function enterMissing(
  { connection, index, finder }: Importing,
  { number, base }: Owner,
  unindexed: readonly UnindexedCode[],
  turn: Turn,
): Promise<number> {
  const placed = await placedCodes(connection, base, unindexed, turn);
  const items = unindexed
    .filter((_, at) => placed[at] !== null)
    .map(({ key, batch, place }) => ({ key, entry: entryText(entryStart({ offer: number, batch }), place) }));
  const known = await index.enter(turn, items);
  const met = [...known].map(([at, entry]) => ({ at, key: items[at]?.key as string, entry }));
  const elsewhere = await finder.outcomes(met, { offerNumber: number, number: 0 }, Number.POSITIVE_INFINITY, turn);
  const changes = met
    .filter((_, place) => elsewhere[place] === null)
    .map(({ at, key, entry }) => ({ key, from: entry, to: items[at]?.entry as string }));
  return items.length - known.size + (await index.change(turn, changes));
}

function* portions<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let at = 0; at < items.length; at += AT_ONCE) yield items.slice(at, at + AT_ONCE);
}
