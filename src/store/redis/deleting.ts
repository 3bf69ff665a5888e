import { codeKey } from "../../domain/identifier.js";
import { offerInUse } from "../checks.js";
import type { StoreChange } from "../store.js";
import { changeText } from "./changes.js";
import { entryStart, entryText } from "./entries.js";
import { withImportLock } from "./import-lock.js";
import type { Importing } from "./importing.js";
import { offerKey } from "./keys.js";
import { closeOffer, removeCodes, removeHolders, unlistOffer } from "./scripts/delete-offer.js";

/**
 * Removes an offer: first it is closed, which makes it unknown to everybody, then its codes go, each followed by its entry in the index,
 * then what subscribers held, and last its name. Where it breaks off, the next call goes on. Returns how many codes it removed.
 */
export async function deleteOffer(parts: Importing, offerId: string, force: boolean): Promise<number> {
  const { connection, keys, notify } = parts;
  const base = offerKey(keys.prefix, offerId);
  const change: StoreChange = { type: "offer", offerId };
  const closed = await closeOffer(connection, base, { force, channel: keys.changes, change: changeText(change) });
  if (closed.status === "in-use") throw offerInUse(offerId, closed);
  notify(change);
  const removed = closed.number === null ? 0 : await removeAllCodes(parts, base, closed.number);
  await removeHolders(connection, base);
  await unlistOffer(connection, keys.offers, offerId);
  return removed;
}

/** Takes a turn for each step, so that imports to other offers need not wait long. */
async function removeAllCodes({ connection, keys, index }: Importing, base: string, number: number): Promise<number> {
  let removed = 0;
  for (;;) {
    const some = await withImportLock(connection, keys, async (turn) => {
      const found = await removeCodes(connection, base);
      const start = entryStart({ offer: number, batch: found?.batch ?? 0 });
      const gone = found?.codes.map(({ place, code }) => ({
        key: codeKey(code),
        from: entryText(start, place),
        to: "",
      }));
      await index.change(turn, gone ?? []);
      return found;
    });
    if (some === null) return removed;
    removed += some.codes.length;
  }
}
