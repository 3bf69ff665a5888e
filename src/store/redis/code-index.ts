import { hashOf } from "./buckets.js";
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

/** Codes of one call to a shard: half of a thousand keep it well below a millisecond or two. */
const MOST_AT_ONCE = 500;

type Part<Item> = { shard: number; places: number[]; items: Item[] };

/** The index of all codes: see `keys.ts` for what an entry is worth. */
export class CodeIndex {
  constructor(
    readonly connection: Connection,
    readonly keys: StoreKeys,
  ) {}

  /** Enters codes that have no entry. Returns the entries of the others, by their places in the list. */
  async enter(turn: Turn, items: readonly NewEntry[]): Promise<Map<number, string>> {
    const known = new Map<number, string>();
    await this.#eachPart(items, async ({ shard, places, items: some }) => {
      const texts = some.map(({ key, entry }) => `${key}\0${entry}\0`).join("");
      const [, ...exceptions] = await this.#write(ENTER_CODES, shard, turn, some.length, texts);
      for (let at = 0; at < exceptions.length; at += 2) {
        known.set(places[Number(exceptions[at]) - 1] as number, String(exceptions[at + 1]));
      }
    });
    return known;
  }

  /** Changes entries that are still what they were. Returns how many. */
  async change(turn: Turn, changes: readonly EntryChange[]): Promise<number> {
    let changed = 0;
    await this.#eachPart(changes, async ({ shard, items }) => {
      const texts = items.map(({ key, from, to }) => `${key}\0${from}\0${to}\0`).join("");
      const [, many] = await this.#write(CHANGE_ENTRIES, shard, turn, items.length, texts);
      changed += Number(many);
    });
    return changed;
  }

  /** The entries of codes given in lower case, "" for none. */
  async find(keys: readonly string[]): Promise<string[]> {
    const found: string[] = new Array(keys.length).fill("");
    await this.#eachPart(
      keys.map((key) => ({ key })),
      async ({ shard, places, items }) => {
        const texts = items.map(({ key }) => `${key}\0`).join("");
        const args = [String(items.length), texts];
        const reply = await this.connection.run(FIND_ENTRIES, [this.keys.indexShard(shard)], args);
        if (!Array.isArray(reply) || reply.length !== items.length) throw unexpectedReply(FIND_ENTRIES, reply);
        for (const [at, place] of places.entries()) found[place] = String(reply[at]);
      },
    );
    return found;
  }

  async #write(script: Script, shard: number, turn: Turn, many: number, texts: string): Promise<unknown[]> {
    const reply = await this.connection.run(script, [this.keys.indexShard(shard)], [turn.number, String(many), texts]);
    if (!Array.isArray(reply)) throw unexpectedReply(script, reply);
    if (reply[0] === "turn-over") throw turn.over(reply[1]);
    return reply;
  }

  async #eachPart<Item extends { key: string }>(
    items: readonly Item[],
    work: (part: Part<Item>) => Promise<void>,
  ): Promise<void> {
    const shards = new Map<number, Part<Item>>();
    const parts: Part<Item>[] = [];
    for (const [place, item] of items.entries()) {
      const shard = hashOf(item.key) % INDEX_SHARDS;
      let part = shards.get(shard);
      if (part === undefined || part.items.length === MOST_AT_ONCE) {
        part = { shard, places: [], items: [] };
        shards.set(shard, part);
        parts.push(part);
      }
      part.places.push(place);
      part.items.push(item);
    }
    await Promise.all(parts.map(work));
  }
}
