import { bucketAt, hashOf } from "./buckets.js";
import { isCluster } from "./client.js";
import type { Connection } from "./connection.js";
import type { Turn } from "./import-lock.js";
import { INDEX_SHARDS, type StoreKeys } from "./keys.js";
import type { Script } from "./lua.js";
import { unexpectedReply } from "./reply.js";
import { CHANGE_ENTRIES, ENTER_CODES, FIND_ENTRIES } from "./scripts/code-index.js";

/** A code in lower case and its entry. */
export type NewEntry = { readonly key: string; readonly entry: string };

/** `to`: "" removes the entry. */
export type EntryChange = { readonly key: string; readonly from: string; readonly to: string };

/** Codes of one call: they take Redis some milliseconds. */
const MOST_AT_ONCE = 700;

/** Codes of one part of the index, with their places in the caller's list. */
type Part<Item> = { shard: number; places: number[]; items: Item[]; hashes: number[] };

/** The index of all codes: see `keys.ts` for what an entry is worth. */
export class CodeIndex {
  /** How many buckets each part had when this process last read it. */
  readonly #buckets: number[] = new Array(INDEX_SHARDS).fill(1);

  constructor(
    readonly connection: Connection,
    readonly keys: StoreKeys,
  ) {}

  /** Enters codes that have no entry. Returns the entries of the others, by their places in the list. */
  async enter(turn: Turn, items: readonly NewEntry[]): Promise<Map<number, string>> {
    const known = new Map<number, string>();
    await this.#eachCall(items, async (parts) => {
      const counts = parts.map((part) => `${part.items.length} ${this.#bucketsOf(part)}`).join(" ");
      const texts = parts.map((part) => this.#newEntryTexts(part)).join("");
      const [, ...reply] = await this.#write(ENTER_CODES, parts, turn, counts, texts);
      for (const [at, { shard }] of parts.entries()) this.#buckets[shard] = Number(reply[at]);
      const places = parts.flatMap((part) => part.places);
      for (let at = parts.length; at < reply.length; at += 2) {
        known.set(places[Number(reply[at]) - 1] as number, String(reply[at + 1]));
      }
    });
    return known;
  }

  /** Changes entries that are still what they were. Returns how many. */
  async change(turn: Turn, changes: readonly EntryChange[]): Promise<number> {
    let changed = 0;
    await this.#eachCall(changes, async (parts) => {
      const texts = parts.flatMap(({ items }) => items.map(({ key, from, to }) => `${key}\0${from}\0${to}\0`)).join("");
      const [, many] = await this.#write(CHANGE_ENTRIES, parts, turn, countsOf(parts), texts);
      changed += Number(many);
    });
    return changed;
  }

  /** The entries of codes given in lower case, "" for none. */
  async find(keys: readonly string[]): Promise<string[]> {
    const found: string[] = new Array(keys.length).fill("");
    const items = keys.map((key) => ({ key }));
    await this.#eachCall(items, async (parts) => {
      const texts = parts.flatMap(({ items: some }) => some.map(({ key }) => `${key}\0`)).join("");
      const reply = await this.connection.run(FIND_ENTRIES, this.#shardKeys(parts), [countsOf(parts), texts]);
      const places = parts.flatMap((part) => part.places);
      if (!Array.isArray(reply) || reply.length !== places.length) throw unexpectedReply(FIND_ENTRIES, reply);
      for (const [at, place] of places.entries()) found[place] = String(reply[at]);
    });
    return found;
  }

  #bucketsOf({ shard }: Part<unknown>): number {
    return this.#buckets[shard] as number;
  }

  #newEntryTexts(part: Part<NewEntry>): string {
    const buckets = this.#bucketsOf(part);
    let texts = "";
    for (const [at, { key, entry }] of part.items.entries()) {
      const hash = Math.floor((part.hashes[at] as number) / INDEX_SHARDS);
      texts += `${bucketAt(hash, buckets)}\0${key}\0${entry}\0`;
    }
    return texts;
  }

  #shardKeys(parts: readonly Part<unknown>[]): string[] {
    return parts.map(({ shard }) => this.keys.indexShard(shard));
  }

  async #write(
    script: Script,
    parts: readonly Part<unknown>[],
    turn: Turn,
    counts: string,
    texts: string,
  ): Promise<unknown[]> {
    const reply = await this.connection.run(script, this.#shardKeys(parts), [turn.number, counts, texts]);
    if (!Array.isArray(reply)) throw unexpectedReply(script, reply);
    if (reply[0] === "turn-over") throw turn.over(reply[1]);
    return reply;
  }

  /** All calls go out at once. In a cluster each part of the index may be on another node, so it has a call of its own. */
  async #eachCall<Item extends { key: string }>(
    items: readonly Item[],
    call: (parts: Part<Item>[]) => Promise<void>,
  ): Promise<void> {
    const parts = partsOf(items);
    const isSplit = isCluster(this.connection.client);
    await Promise.all([...callsOf(parts, isSplit)].map(call));
  }
}

function countsOf(parts: readonly Part<unknown>[]): string {
  return parts.map(({ items }) => items.length).join(" ");
}

function partsOf<Item extends { key: string }>(items: readonly Item[]): Part<Item>[] {
  const current: (Part<Item> | undefined)[] = [];
  const parts: Part<Item>[] = [];
  for (const [place, item] of items.entries()) {
    const hash = hashOf(item.key);
    const shard = hash % INDEX_SHARDS;
    let part = current[shard];
    if (part === undefined || part.items.length === MOST_AT_ONCE) {
      part = { shard, places: [], items: [], hashes: [] };
      current[shard] = part;
      parts.push(part);
    }
    part.places.push(place);
    part.items.push(item);
    part.hashes.push(hash);
  }
  return parts;
}

function* callsOf<Item>(parts: readonly Part<Item>[], isSplit: boolean): Generator<Part<Item>[]> {
  let some: Part<Item>[] = [];
  let many = 0;
  for (const part of parts) {
    if (some.length > 0 && (isSplit || many + part.items.length > MOST_AT_ONCE)) {
      yield some;
      some = [];
      many = 0;
    }
    some.push(part);
    many += part.items.length;
  }
  if (some.length > 0) yield some;
}
