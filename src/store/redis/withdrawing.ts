import { codeKey } from "../../domain/identifier.js";
import { entryStart, entryText } from "./entries.js";
import { withImportLock } from "./import-lock.js";
import type { Importing } from "./importing.js";
import { withdrawSome } from "./scripts/withdraw.js";

/**
 * Takes back all codes of a batch that nobody has, some at a time. Returns how many, or `null` for an unknown batch.
 *
 * Codes leave the pool first and the index after. Where it breaks off in between, entries stay that lead nowhere.
 */
export async function withdraw(
  { connection, keys, index }: Importing,
  base: string,
  batchId: string,
): Promise<number | null> {
  return withImportLock(connection, keys, async (turn) => {
    let withdrawn = 0;
    for (;;) {
      const some = await withdrawSome(connection, base, turn, batchId);
      if (some === null) return null;
      if (some.looked === 0) return withdrawn;
      const start = entryStart({ offer: some.offerNumber, batch: some.batch });
      const gone = some.codes.map(({ place, code }) => ({ key: codeKey(code), from: entryText(start, place), to: "" }));
      await index.change(turn, gone);
      withdrawn += some.codes.length;
      await turn.renew();
    }
  });
}
