import { codeKey } from "../../domain/identifier.js";
import type { Assignment, AssignOutcome } from "../store.js";
import type { Holder, OfferShelf } from "./holders.js";
import { addCode, type BatchPool, type Entry } from "./pool.js";

/** Gives one code to the subscriber who holds it elsewhere: see `OfferStore.assign`. */
export function assignCode(
  shelf: OfferShelf,
  index: Map<string, Entry>,
  pool: BatchPool,
  item: Assignment,
): AssignOutcome {
  const { offer } = shelf.state;
  const key = codeKey(item.code);
  if (!index.has(key)) addCode(index, offer.id, pool, shelf.pools.indexOf(pool), item.code, 0);
  const entry = index.get(key) as Entry;
  if (entry.offerId !== offer.id) return "in-other-offer";
  if (entry.claim !== null && entry.claim.subscriberId !== item.subscriberId) return "held-by-another";
  entry.redeemedAt ??= item.redeemedAt;
  if (entry.claim !== null) return "known";
  const { subscriberId, messageId, issuedAt } = item;
  entry.claim = { subscriberId, messageId, issuedAt, shared: true };
  shelf.holders.set(subscriberId, inOrder(shelf.holders.get(subscriberId), entry, issuedAt));
  return "assigned";
}

/** Newest first; of two codes of the same instant, the one that comes later is the newer. */
function inOrder(holder: Holder | undefined, entry: Entry, issuedAt: number): Holder {
  const entries: Entry[] = [...(holder ?? [])];
  const found = entries.findIndex(({ claim }) => (claim?.issuedAt ?? 0) <= issuedAt);
  entries.splice(found < 0 ? entries.length : found, 0, entry);
  return entries as Holder;
}
