/** What an entry needs to stand in a `Recent`: its key, in two parts, and its neighbours by age. */
export type Linked<Entry> = {
  readonly group: string;
  readonly key: string;
  newer: Entry | null;
  older: Entry | null;
};

/**
 * Entries by a key of two parts, at most `max` of them: the one used least recently makes room for a new one.
 *
 * `lru-cache` does the same with joined keys. It takes three times as long for each message, most of it for joining keys, so that it would
 * cost as much as rendering a small template.
 */
export class Recent<Entry extends Linked<Entry>> {
  readonly #groups = new Map<string, Map<string, Entry>>();
  #lastGroup: string | null = null;
  #last: Map<string, Entry> | undefined;
  #absentKey: string | null = null;
  #absentGroup: string | null = null;
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

  /** The entry, without using it. Most keys are asked for twice in a row, so one that is absent is not looked for again. */
  peek(group: string, key: string): Entry | undefined {
    if (key === this.#absentKey && group === this.#absentGroup) return undefined;
    const entry = this.#group(group)?.get(key);
    if (entry === undefined) {
      this.#absentKey = key;
      this.#absentGroup = group;
    }
    return entry;
  }

  /** Adds an entry whose key is new. */
  add(entry: Entry): void {
    let group = this.#group(entry.group);
    if (group === undefined) {
      group = new Map();
      this.#groups.set(entry.group, group);
      this.#lastGroup = null;
    }
    group.set(entry.key, entry);
    this.#absentKey = null;
    this.#link(entry);
    this.#size += 1;
    if (this.#size > this.max) this.delete(this.#oldest as Entry);
  }

  delete(entry: Entry): void {
    const group = this.#group(entry.group) as Map<string, Entry>;
    group.delete(entry.key);
    if (group.size === 0) {
      this.#groups.delete(entry.group);
      this.#lastGroup = null;
    }
    this.#unlink(entry);
    this.#size -= 1;
  }

  /** Most often the one looked at before. */
  #group(name: string): Map<string, Entry> | undefined {
    if (name !== this.#lastGroup) {
      this.#last = this.#groups.get(name);
      this.#lastGroup = name;
    }
    return this.#last;
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
