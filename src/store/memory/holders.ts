import { invalidInput } from "../../domain/errors.js";
import { type HeldCode, type Holding, newestCode, remembered } from "../../domain/holding.js";
import type { OfferState } from "../../domain/offer.js";
import type { ClaimAnswer, ClaimItem, ClaimRequest, CodeRecord } from "../store.js";
import { type BatchPool, draw, type Entry, putBack } from "./pool.js";

/** All codes ever given to a subscriber and not taken back, newest first. */
export type Holder = [Entry, ...Entry[]];
export type OfferShelf = { state: OfferState; pools: BatchPool[]; holders: Map<string, Holder> };

/** The compare-and-set for one subscriber: see `ClaimRequest`. */
export function answer(shelf: OfferShelf, request: ClaimRequest, item: ClaimItem): ClaimAnswer {
  const holder = shelf.holders.get(item.subscriberId);
  const expected = item.holding === null ? undefined : newestCode(item.holding).code;
  const own = holder !== undefined && claimedEntry(holder, item.messageId) !== undefined;
  if (own || holder?.[0].code !== expected) {
    if (holder !== undefined && !own) share(holder, item);
    return { status: "holds", holding: holdingOf(holder) };
  }
  const entry = draw(shelf.pools, request.from);
  if (entry === undefined) return { status: "pool-empty" };
  entry.claim = { subscriberId: item.subscriberId, messageId: item.messageId, issuedAt: request.now, shared: false };
  const holding: Holder = [entry, ...(holder ?? [])];
  shelf.holders.set(item.subscriberId, holding);
  return { status: "claimed", holding: holdingOf(holding) as Holding };
}

function share(holder: Holder, item: ClaimItem): void {
  if (item.reusable === null) return;
  const shown = item.reusable === "first" ? holder.findLast(({ revoked }) => !revoked) : holder[0];
  if (shown?.claim) shown.claim.shared = true;
}

export function claimedEntry(holder: Holder, messageId: string): Entry | undefined {
  return remembered(holder).find((entry) => entry.claim?.messageId === messageId && !entry.revoked);
}

export function takeBack(shelf: OfferShelf, subscriberId: string, holder: Holder, entry: Entry): void {
  const pool = shelf.pools[entry.batch] as BatchPool;
  putBack(pool, entry);
  const [newest, ...older] = holder.filter((each) => each !== entry);
  if (newest === undefined) shelf.holders.delete(subscriberId);
  else shelf.holders.set(subscriberId, [newest, ...older]);
}

export function holdingOf(holder: Holder | undefined): Holding | null {
  return holder === undefined ? null : (remembered(holder).map(heldCode) as unknown as Holding);
}

function heldCode(entry: Entry): HeldCode {
  const { code, batch, redeemedAt, claim, revoked } = entry;
  if (claim === null) throw invalidInput("entry", "a code that is given out", code);
  const { issuedAt, messageId, shared } = claim;
  const held: HeldCode = { code, batch, issuedAt, messageId: messageId ?? "", redeemedAt, shared };
  return revoked ? { ...held, revoked } : held;
}

export function recordOf(shelf: OfferShelf, entry: Entry): CodeRecord {
  const { batch } = shelf.pools[entry.batch] as BatchPool;
  const { code, offerId, redeemedAt, claim, revoked } = entry;
  return {
    code,
    offerId,
    batch,
    status: claim === null ? "in-pool" : "given-out",
    subscriberId: claim?.subscriberId ?? null,
    messageId: claim?.messageId ?? null,
    issuedAt: claim?.issuedAt ?? null,
    redeemedAt,
    ...(revoked && { revoked }),
  };
}
