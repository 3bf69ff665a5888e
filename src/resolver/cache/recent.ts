/** What an entry needs to stand in a `Recent`: its key, in two parts, and its neighbours by age. */
export type Linked<Entry> = {
  readonly group: string;
  readonly key: string;
  newer: Entry | null;
  older: Entry | null;
};

const LEAST_SLOTS = 1024;
/** Another one in each process, so that nobody can choose keys that fall together. */
const SEED = (Math.random() * 2 ** 32) | 0;

/**
 * Entries by a key of two parts, at most `max` of them: the one used least recently makes room for a new one.
 *
 * `lru-cache` over joined keys does the same, and so does a `Map`; with either, looking for subscribers who are not there takes a
 * quarter of the time of a campaign, as every entry on the way is fetched from memory to be compared. Here the hashes stand side by side,
 * and an entry is touched when its hash is the right one. Slots are probed one after the other and at most half full.
 */
export class Recent<Entry extends Linked<Entry>> {
  /** By slot: the hash of the entry there, 0 where there is none. */
  #hashes = new Int32Array(LEAST_SLOTS);
  #entries: (Entry | undefined)[] = new Array(LEAST_SLOTS).fill(undefined);
  #lastGroup = "";
  #lastGroupHash = SEED;
  /** The key asked for last, which is mostly asked for again. */
  #lastKey: string | undefined;
  #lastHash = 0;
  #newest: Entry | null = null;
  #oldest: Entry | null = null;
  #size = 0;

  constructor(readonly max: number) {}

  /** The entry, used just now. */
  get(group: string, key: string): Entry | undefined {
    const entry = this.peek(group, key);
    if (entry !== undefined && entry !== this.#newest) {
      this.#unlink(entry);
      this.#link(entry);
    }
    return entry;
  }

  /** The entry, without using it. */
  peek(group: string, key: string): Entry | undefined {
    return this.#entries[this.#slotOf(group, key)];
  }

  /** Adds an entry whose key is new. */
  add(entry: Entry): void {
    this.#link(entry);
    this.#size += 1;
    if (this.#size > this.max) this.delete(this.#oldest as Entry);
    if (this.#size * 2 > this.#hashes.length) this.#grow();
    this.#put(this.#slotOf(entry.group, entry.key), this.#hash(entry.group, entry.key), entry);
  }

  delete(entry: Entry): void {
    this.#empty(this.#slotOf(entry.group, entry.key));
    this.#unlink(entry);
    this.#size -= 1;
  }

  /** The slot where the key stands, or else the empty one where it would. */
  #slotOf(group: string, key: string): number {
    const hashes = this.#hashes;
    const mask = hashes.length - 1;
    const hash = this.#hash(group, key);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const there = hashes[slot];
      if (there === 0) return slot;
      if (there === hash) {
        const entry = this.#entries[slot] as Entry;
        if (entry.key === key && entry.group === group) return slot;
      }
    }
  }

  #hash(group: string, key: string): number {
    if (group !== this.#lastGroup) {
      this.#lastGroupHash = hashText(SEED, group);
      this.#lastGroup = group;
    } else if (key === this.#lastKey) return this.#lastHash;
    const hash = hashText(this.#lastGroupHash, key);
    this.#lastKey = key;
    this.#lastHash = hash ^ (hash >>> 15) || 1;
    return this.#lastHash;
  }

  #put(slot: number, hash: number, entry: Entry | undefined): void {
    this.#hashes[slot] = hash;
    this.#entries[slot] = entry;
  }

  /** Empties a slot and moves up those behind it that would not be found any more. */
  #empty(slot: number): void {
    const hashes = this.#hashes;
    const mask = hashes.length - 1;
    let hole = slot;
    for (let next = (slot + 1) & mask; hashes[next] !== 0; next = (next + 1) & mask) {
      const hash = hashes[next] as number;
      const [fromHome, fromHole] = [(next - hash) & mask, (next - hole) & mask];
      if (fromHome >= fromHole) {
        this.#put(hole, hash, this.#entries[next]);
        hole = next;
      }
    }
    this.#put(hole, 0, undefined);
  }

  #grow(): void {
    const [hashes, entries] = [this.#hashes, this.#entries];
    const slots = hashes.length * 2;
    this.#hashes = new Int32Array(slots);
    this.#entries = new Array(slots).fill(undefined);
    for (let from = 0; from < hashes.length; from++) {
      const hash = hashes[from] as number;
      if (hash === 0) continue;
      let slot = hash & (slots - 1);
      while (this.#hashes[slot] !== 0) slot = (slot + 1) & (slots - 1);
      this.#put(slot, hash, entries[from]);
    }
  }

  #link(entry: Entry): void {
    entry.newer = null;
    entry.older = this.#newest;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: Entry): void {
    const { newer, older } = entry;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
  }
}

/** FNV-1a, begun with another hash. */
function hashText(basis: number, text: string): number {
  let hash = basis;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
