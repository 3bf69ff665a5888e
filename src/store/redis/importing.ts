import { InvalidInputError } from "../../domain/errors.js";
import { codeKey } from "../../domain/identifier.js";
import { type BatchInput, parseBatch } from "../../domain/offer.js";
import { differentDays, unknownOffer } from "../checks.js";
import type { AddedCodes, CodeOutcome, StoreChange } from "../store.js";
import { changeText } from "./changes.js";
import type { CodeFinder } from "./code-finder.js";
import type { CodeIndex, EntryChange } from "./code-index.js";
import type { Connection } from "./connection.js";
import { entryStart, entryText } from "./entries.js";
import { type Turn, withImportLock } from "./import-lock.js";
import { offerKey, type StoreKeys } from "./keys.js";
import type { OfferRegistry } from "./offer-registry.js";
import { addCodes, beginImport, type OpenBatch, type Refusal } from "./scripts/add-codes.js";
import { growBuckets } from "./scripts/grow.js";

export type Importing = {
  readonly connection: Connection;
  readonly keys: StoreKeys;
  readonly index: CodeIndex;
  readonly finder: CodeFinder;
  readonly offers: OfferRegistry;
  readonly notify: (change: StoreChange) => void;
};

/** One chunk of an upload. `wanted`: the places of the codes to add. `again`: those of codes that occur earlier in the chunk, with the first place. */
type Chunk = { keys: string[]; outcomes: CodeOutcome[]; wanted: number[]; again: Map<number, number> };

/**
 * Adds codes to the end of a batch.
 *
 * First each code gets an entry in the index, with the place that it is going to have; then all of them go to the pool at once. When
 * another entry is met, it is followed: where the code is found, it stays there, and the codes behind it move up by one place; where
 * nothing is found, an import or a withdrawal broke off, and the entry is taken over.
 *
 * Two imports of one code meet in its part of the index, and an import that follows an entry raises the fence of the offer it leads to. So an import that was
 * held up until others had their turn is refused by one or the other, and no code gets into two pools.
 */
export async function importCodes(
  importing: Importing,
  offerId: string,
  batchInput: BatchInput,
  codes: readonly string[],
  since: number | undefined,
): Promise<AddedCodes> {
  const batch = parseBatch(batchInput);
  const { connection, keys } = importing;
  const base = offerKey(keys.prefix, offerId);
  return withImportLock(connection, keys, async (turn) => {
    const begun = await beginImport(connection, base, turn, batch, codes.length);
    if (begun.status !== "ready") throw refusalError(begun, offerId, batch.id, batchInput);
    const { open } = begun;
    const chunk = chunkOf(codes);
    await enterCodes(importing, turn, open, chunk, since ?? open.size);
    for (const [place, first] of chunk.again) chunk.outcomes[place] = again(chunk.outcomes[first] as CodeOutcome);
    const added = chunk.wanted.map((place) => codes[place] as string);
    await addChunk(importing, offerId, turn, open, added, false);
    return { start: open.size, outcomes: chunk.outcomes };
  });
}

/** `isReserved`: the codes are about to be assigned, so no claim may draw them. */
export async function addChunk(
  { connection, keys, notify }: Importing,
  offerId: string,
  turn: Turn,
  open: OpenBatch,
  codes: readonly string[],
  isReserved: boolean,
): Promise<void> {
  const base = offerKey(keys.prefix, offerId);
  const change: StoreChange = { type: "offer", offerId };
  await addCodes(connection, base, turn, {
    open,
    codes,
    isReserved,
    channel: keys.changes,
    change: changeText(change),
  });
  await growBuckets(connection, base, open.buckets, open.codes + codes.length);
  if (open.size === 0) notify(change);
}

/** What `importCodes` would make of each code if it stood alone. */
export async function tryCodes(
  { index, finder, offers }: Importing,
  offerId: string,
  codes: readonly string[],
): Promise<CodeOutcome[]> {
  const loaded = await offers.load(offerId);
  if (loaded === null) throw unknownOffer(offerId);
  const keys = codes.map(codeKey);
  const entries = await index.find(keys);
  const met = entries.flatMap((entry, place) => (entry === "" ? [] : [{ place, entry, key: keys[place] as string }]));
  const found = await finder.outcomes(met, { offerNumber: loaded.number, number: 0 }, Number.POSITIVE_INFINITY, null);
  const outcomes: CodeOutcome[] = new Array(codes.length).fill("added");
  for (const [at, { place }] of met.entries()) outcomes[place] = found[at] ?? "added";
  return outcomes;
}

export function refusalError(refusal: Refusal, offerId: string, batchId: string, batch: BatchInput): Error {
  if (refusal.status === "different-days") return differentDays(refusal.known, parseBatch(batch));
  if (refusal.status === "unknown-offer") return unknownOffer(offerId);
  return new InvalidInputError(`batch "${batchId}" is full: name another batch`);
}

export function chunkOf(codes: readonly string[]): Chunk {
  const keys = codes.map(codeKey);
  const firsts = new Map<string, number>();
  const chunk: Chunk = { keys, outcomes: new Array(codes.length).fill("added"), wanted: [], again: new Map() };
  for (const [place, key] of keys.entries()) {
    const first = firsts.get(key);
    if (first !== undefined) chunk.again.set(place, first);
    else {
      firsts.set(key, place);
      chunk.wanted.push(place);
    }
  }
  return chunk;
}

function again(first: CodeOutcome): CodeOutcome {
  return first === "added" ? "in-file" : first;
}

/** Leaves in `wanted` the codes that no offer has, each of them with the entry that leads to its place. */
export async function enterCodes(
  { index, finder }: Importing,
  turn: Turn,
  open: OpenBatch,
  chunk: Chunk,
  since: number,
): Promise<void> {
  const start = entryStart({ offer: open.offerNumber, batch: open.number });
  const entryAt = (at: number) => entryText(start, open.size + at);
  const tried = chunk.wanted.map((place, at) => ({ key: chunk.keys[place] as string, entry: entryAt(at) }));
  const known = await index.enter(turn, tried);
  if (known.size === 0) return;
  const items = [...known].map(([at, entry]) => ({ at, entry, key: tried[at]?.key as string }));
  const found = await finder.outcomes(items, open, since, turn);
  const staying = new Map<number, CodeOutcome>();
  for (const [place, { at }] of items.entries()) {
    const outcome = found[place] ?? null;
    if (outcome !== null) staying.set(at, outcome);
  }
  for (const [at, outcome] of staying) chunk.outcomes[chunk.wanted[at] as number] = outcome;
  const changes: EntryChange[] = [];
  const kept: number[] = [];
  for (const [at, { key, entry }] of tried.entries()) {
    if (staying.has(at)) continue;
    const [from, to] = [known.get(at) ?? entry, entryAt(kept.length)];
    if (from !== to) changes.push({ key, from, to });
    kept.push(chunk.wanted[at] as number);
  }
  if ((await index.change(turn, changes)) !== changes.length) throw turn.over(turn.number);
  chunk.wanted = kept;
}
