import { instantOf } from "../domain/calendar.js";
import { codeKey, isCode } from "../domain/identifier.js";
import type { BatchInput, OfferState } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";
import { unknownOffer } from "../store/checks.js";
import type { OfferStore } from "../store/store.js";
import { expectBatchFits } from "./batch-rule.js";
import { addToBatch, type ImportReport } from "./import.js";
import { readDiscount } from "./shopify-discount.js";

/** Codes that are looked up to find the batch of a discount. */
const LOOKED_UP = 20;
const AT_ONCE = 250;

/**
 * `at`: when codes count as redeemed that the shop says were used. Default: now. `isWhole`: whether these are all codes of the discount, so that those it no longer has are taken
 * back. Default: as the `pageInfo` of its codes says.
 */
export type DiscountOptions = { at?: Date | UnixMs; isWhole?: boolean };

/** What became of a discount. `used`: codes that were used in the shop. `withdrawn`: codes that the shop no longer has. `daysChanged`: the batch got the discount's days of now. */
export type DiscountReport = ImportReport & { batch: string; used: number; withdrawn: number; daysChanged: boolean };

/**
 * Brings a Shopify discount into an integrated offer, under the days of the discount in the offer's time zone. The offer follows the shop: again with other dates the batch gets the
 * new days, new codes are added, codes that were used become redeemed, and codes that the shop no longer has are never handed out or shown again.
 *
 * @example
 * await importDiscount(store, "spring", discount);
 */
export async function importDiscount(
  store: OfferStore,
  offerId: string,
  discount: unknown,
  options: DiscountOptions = {},
): Promise<DiscountReport> {
  const at = instantOf("options.at", options.at ?? Date.now());
  const state = await store.loadOffer(offerId);
  if (state === null) throw unknownOffer(offerId);
  const upload = readDiscount(discount, { timeZone: state.offer.timeZone });
  const all = [...upload.codes, ...upload.used];
  const { batch: named, ...days } = upload.options;
  const id = (await knownBatch(store, offerId, all)) ?? named;
  const batch = { id, ...days };
  expectBatchFits(state, batch, { isFromShop: true });
  const daysChanged = await followDays(store, state, batch);
  const added = await addToBatch(store, offerId, batch, upload.codes);
  await inTurns(upload.used.filter(isCode), (code) => store.redeem(code, at));
  const isWhole = options.isWhole ?? upload.isWhole;
  const withdrawn = isWhole ? await withdrawGone(store, offerId, id, new Set(all.map(codeKey))) : 0;
  return { ...added, batch: id, used: upload.used.length, withdrawn, daysChanged };
}

/** The batch that this discount was imported into before: that of the first code of it that the offer has. */
async function knownBatch(store: OfferStore, offerId: string, codes: readonly string[]): Promise<string | undefined> {
  const records = await Promise.all(
    codes
      .filter(isCode)
      .slice(0, LOOKED_UP)
      .map((code) => store.findCode(code)),
  );
  return records.find((record) => record?.offerId === offerId)?.batch.id;
}

async function followDays(store: OfferStore, state: OfferState, batch: BatchInput): Promise<boolean> {
  const known = state.batches.find(({ id }) => id === batch.id);
  if (known === undefined || (known.startsOn === batch.startsOn && known.endsOn === batch.endsOn)) return false;
  await store.changeDays(state.offer.id, batch);
  return true;
}

/** Revokes what the shop no longer has, so that nobody is shown it. What it has again is handed out again. */
async function withdrawGone(store: OfferStore, offerId: string, batchId: string, codes: ReadonlySet<string>) {
  let withdrawn = 0;
  const judge = async (code: string): Promise<void> => {
    if (codes.has(codeKey(code))) await store.restore(code);
    else if ((await store.revoke(code)).status === "revoked") withdrawn += 1;
  };
  for await (const waiting of store.poolCodes(offerId, batchId)) await inTurns(waiting, judge);
  for await (const records of store.givenOut(offerId)) {
    const gone = records.filter(({ batch, code }) => batch.id === batchId && !codes.has(codeKey(code)));
    await inTurns(
      gone.map(({ code }) => code),
      judge,
    );
  }
  return withdrawn;
}

async function inTurns<Item>(items: readonly Item[], act: (item: Item) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE)
    await Promise.all(items.slice(from, from + AT_ONCE).map(act));
}
