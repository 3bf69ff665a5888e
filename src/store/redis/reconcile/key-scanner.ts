import type { CommandPipeline } from "../commands.js";
import type { Connection } from "../connection.js";
import { type OfferKeys, PAGE } from "../keys.js";
import { readPlaces } from "../scripts/places.js";

/** Lists and hashes read in one round trip. Redis runs each command by itself, so that none holds the others up. */
const AT_ONCE = 32;
const PAGES_AT_ONCE = 4;
const LOOKUPS_AT_ONCE = 1000;
const ITEMS_AT_ONCE = "1000";

/** Reads an offer's keys as they are, piece by piece. */
export class KeyScanner {
  constructor(
    readonly connection: Connection,
    readonly keys: OfferKeys,
  ) {}

  async ask(what: string, fill: (pipeline: CommandPipeline) => void): Promise<unknown[]> {
    const replies = await this.connection.command(what, async (client) => {
      const pipeline = client.pipeline();
      fill(pipeline);
      return pipeline.exec();
    });
    return replies.map(([error, reply]) => {
      if (error !== null) throw error;
      return reply;
    });
  }

  /** One value for each item, in their order. */
  async lookUp(items: readonly [key: string, field: string][]): Promise<(string | null)[]> {
    const found: (string | null)[] = [];
    for (let at = 0; at < items.length; at += LOOKUPS_AT_ONCE) {
      const some = items.slice(at, at + LOOKUPS_AT_ONCE);
      const values = await this.ask("look-up", (pipeline) => {
        for (const [key, field] of some) pipeline.hget(key, field);
      });
      found.push(...(values as (string | null)[]));
    }
    return found;
  }

  /** The pages of a batch and the one behind, with the codes' records in their order; an absent page is empty. */
  async *pages(batch: number, taken: number): AsyncGenerator<{ page: number; records: string[] }> {
    const pages = Math.ceil(taken / PAGE) + 1;
    for (let first = 0; first < pages; first += PAGES_AT_ONCE) {
      const numbers = Array.from({ length: Math.min(PAGES_AT_ONCE, pages - first) }, (_, at) => first + at);
      const lists = await this.ask("pages", (pipeline) => {
        for (const page of numbers) pipeline.lrange(`${this.keys.base}:g:${batch}:${page}`, 0, -1);
      });
      for (const [at, records] of (lists as string[][]).entries()) yield { page: first + at, records };
    }
  }

  /** The codes of a batch that wait in its pool list. */
  async *pool(batch: number): AsyncGenerator<string[]> {
    for (let from = 0; ; from += LOOKUPS_AT_ONCE) {
      const [codes] = (await this.ask("pool", (pipeline) => {
        pipeline.lrange(`${this.keys.base}:pool:${batch}`, from, from + LOOKUPS_AT_ONCE - 1);
      })) as [string[]];
      if (codes.length === 0) return;
      yield codes;
    }
  }

  /** The codes at some places of a batch, "" for none. */
  async codesAt(batch: number, places: readonly number[]): Promise<string[]> {
    const wanted = places.map((place) => ({ batch, first: place, count: 1 }));
    const found = await readPlaces(this.connection, this.keys.base, wanted, null);
    return found.map(([placed]) => placed?.record.split("\t")[0] ?? "");
  }

  /** The fields and values of one hash. */
  async hash(key: string): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const items of this.hashes([key])) for (const [field, value] of items) found.set(field, value);
    return found;
  }

  /** The fields and values of many hashes, some at a time, each in one piece. */
  async *hashes(keys: readonly string[]): AsyncGenerator<Map<string, string>> {
    for (let at = 0; at < keys.length; at += AT_ONCE) {
      const some = keys.slice(at, at + AT_ONCE);
      const found = some.map(() => new Map<string, string>());
      let cursors = some.map((key, place) => ({ key, place, cursor: "0" }));
      while (cursors.length > 0) {
        const asked = cursors;
        const replies = await this.ask("hashes", (pipeline) => {
          for (const { key, cursor } of asked) pipeline.hscan(key, cursor, "COUNT", ITEMS_AT_ONCE);
        });
        cursors = asked.flatMap(({ key, place }, index) => {
          const [cursor, items] = replies[index] as [string, string[]];
          for (let item = 0; item < items.length; item += 2) found[place]?.set(items[item]!, items[item + 1]!);
          return cursor === "0" ? [] : [{ key, place, cursor }];
        });
      }
      yield* found;
    }
  }
}
