import type { CodeRecord } from "../store.js";
import type { Connection } from "./connection.js";
import { offerKey, PAGE } from "./keys.js";
import { codeRecord } from "./scripts/find-code.js";
import { loadOffer } from "./scripts/offers.js";

/** Lists read in one round trip: some thousand records. */
const PAGES_AT_ONCE = 4;

/** All codes given out, read page by page, so that Redis is never held up. */
export async function* givenOut(connection: Connection, prefix: string, offerId: string): AsyncGenerator<CodeRecord[]> {
  const base = offerKey(prefix, offerId);
  const loaded = await loadOffer(connection, base);
  for (const [number, batch] of (loaded?.state.batches ?? []).entries()) {
    const taken = Number(await connection.command("taken", (redis) => redis.hget(`${base}:batch:${number}`, "taken")));
    const pages = Math.ceil(taken / PAGE);
    for (let page = 0; page < pages; page += PAGES_AT_ONCE) {
      const numbers = Array.from({ length: Math.min(PAGES_AT_ONCE, pages - page) }, (_, at) => page + at);
      const lists = await Promise.all(
        numbers.map((each) =>
          connection.command("page", (redis) => redis.lrange(`${base}:g:${number}:${each}`, 0, -1)),
        ),
      );
      const records = lists.flat().map((text) => codeRecord(offerId, batch, "given-out", text));
      const given = records.filter(({ issuedAt }) => issuedAt !== null);
      if (given.length > 0) yield given;
    }
  }
}
