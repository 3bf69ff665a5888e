import { codeKey } from "../../../domain/identifier.js";
import { hashOf } from "../buckets.js";
import type { CodeIndex } from "../code-index.js";
import { type Entry, entryFrom, entryStart, entryText } from "../entries.js";
import { INDEX_SHARDS, type StoreKeys } from "../keys.js";
import type { KeyScanner } from "./key-scanner.js";
import { INDEX_SEEN, type Marks, TAKEN_UP } from "./places.js";
import { placeText } from "./refs.js";
import type { Report } from "./report.js";

/** Buckets of the index whose keys are named at once. */
const BUCKETS_AT_ONCE = 1024;
const LOOKUPS_AT_ONCE = 1000;

/** An entry that leads to a place where its code is not. */
export type StrayEntry = { readonly key: string; readonly text: string; readonly entry: Entry };
/** A code whose entry, "" for none, does not lead to it. */
export type UnindexedCode = {
  readonly key: string;
  readonly batch: number;
  readonly place: number;
  readonly text: string;
};

/** What the index has of one offer. */
export type IndexFindings = { stray: StrayEntry[]; unindexed: UnindexedCode[] };

/**
 * Goes through the whole index: each entry of this offer has to lead to the place where its code is, and each code of the offer has to have
 * one. Entries of unknown offers are found as well.
 */
export async function checkCodeIndex(
  shelf: KeyScanner,
  index: CodeIndex,
  offer: { number: number; numbers: ReadonlySet<number> },
  marks: readonly Marks[],
  report: Report,
): Promise<IndexFindings> {
  const stray: StrayEntry[] = [];
  for await (const [key, text] of entriesOf(shelf, index.keys)) {
    const entry = entryFrom(text);
    if (entry.offer === offer.number ? isRight(key, entry, marks) : offer.numbers.has(entry.offer)) continue;
    const place = placeText(entry.batch, entry.place);
    const whose = entry.offer === offer.number ? "" : ` of offer number ${entry.offer}, which there is not`;
    report.find("index-astray", `${key} is not at ${place}${whose}`);
    stray.push({ key, text, entry });
  }
  const unindexed: UnindexedCode[] = [];
  for (const [batch, { seen }] of marks.entries()) {
    const missing = [...seen.keys()].filter((place) => ((seen[place] ?? 0) & (TAKEN_UP | INDEX_SEEN)) === TAKEN_UP);
    unindexed.push(...(await explainMissing(shelf, index, { number: offer.number, batch }, missing, marks, report)));
  }
  return { stray, unindexed };
}

/** Notes that the place has been led to. */
function isRight(key: string, { batch, place }: Entry, marks: readonly Marks[]): boolean {
  if (!isAt(key, batch, place, marks)) return false;
  const { seen } = marks[batch] as Marks;
  seen[place] = (seen[place] ?? 0) | INDEX_SEEN;
  return true;
}

function isAt(key: string, batch: number, place: number, marks: readonly Marks[]): boolean {
  const { seen, hashes } = marks[batch] ?? {};
  return ((seen?.[place] ?? 0) & TAKEN_UP) !== 0 && hashes?.[place] === hashOf(key);
}

async function* entriesOf(shelf: KeyScanner, keys: StoreKeys): AsyncGenerator<[key: string, entry: string]> {
  for (let shard = 0; shard < INDEX_SHARDS; shard++) {
    const base = keys.indexShard(shard);
    const buckets = Number((await shelf.hash(base)).get("buckets") ?? 1);
    for (let first = 0; first < buckets; first += BUCKETS_AT_ONCE) {
      const names = Array.from(
        { length: Math.min(BUCKETS_AT_ONCE, buckets - first) },
        (_, n) => `${base}:${first + n}`,
      );
      for await (const entries of shelf.hashes(names)) yield* entries;
    }
  }
}

/** A code that no entry leads to has none, or it is in another place as well, which its entry leads to. */
async function explainMissing(
  shelf: KeyScanner,
  index: CodeIndex,
  { number, batch }: { number: number; batch: number },
  places: readonly number[],
  marks: readonly Marks[],
  report: Report,
): Promise<UnindexedCode[]> {
  const unindexed: UnindexedCode[] = [];
  for (let at = 0; at < places.length; at += LOOKUPS_AT_ONCE) {
    const some = places.slice(at, at + LOOKUPS_AT_ONCE);
    const codes = await shelf.codesAt(batch, some);
    const keys = codes.map(codeKey);
    const entries = await index.find(keys);
    for (const [n, place] of some.entries()) {
      const [code, key, text] = [codes[n] as string, keys[n] as string, entries[n] as string];
      const entry = text === "" ? null : entryFrom(text);
      if (text === entryText(entryStart({ offer: number, batch }), place)) continue;
      if (entry?.offer === number && isAt(key, entry.batch, entry.place, marks)) {
        const other = placeText(entry.batch, entry.place);
        report.find("code-twice", `${code} (${placeText(batch, place)}) is also at ${other}`);
      } else {
        report.find("code-not-indexed", `${code} (${placeText(batch, place)})`);
        unindexed.push({ key, batch, place, text });
      }
    }
  }
  return unindexed;
}
