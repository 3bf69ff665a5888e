import { unknownBatch, unknownOffer } from "../store/checks.js";
import type { OfferStore } from "../store/store.js";

/** `withdrawn`: codes taken back. `givenOut`: codes that subscribers have and keep, `redeemed` of them are used. */
export type RollbackReport = {
  offerId: string;
  batch: string;
  dryRun: boolean;
  withdrawn: number;
  givenOut: number;
  redeemed: number;
};

/**
 * Takes back the codes of a batch that nobody has, after the wrong file was uploaded. Those given out stay valid: `exportCodes` with
 * `{ batch }` lists them. The codes that were taken back may be imported again. `dryRun`: count and change nothing.
 *
 * @example
 * const { withdrawn, givenOut } = await rollback(store, "welcome10", "2026-11");
 */
export async function rollback(
  store: OfferStore,
  offerId: string,
  batch: string,
  options: { dryRun?: boolean } = {},
): Promise<RollbackReport> {
  const before = await countsOf(store, offerId, batch);
  const dryRun = options.dryRun ?? false;
  if (dryRun) {
    const { inPool, givenOut, redeemed } = before;
    return { offerId, batch, dryRun, withdrawn: inPool, givenOut, redeemed };
  }
  const withdrawn = await store.withdraw(offerId, batch);
  const { givenOut, redeemed } = await countsOf(store, offerId, batch);
  return { offerId, batch, dryRun, withdrawn, givenOut, redeemed };
}

async function countsOf(store: OfferStore, offerId: string, batchId: string) {
  const counts = await store.counts(offerId);
  if (counts === null) throw unknownOffer(offerId);
  const found = counts.find(({ batch }) => batch.id === batchId);
  if (found === undefined) throw unknownBatch(batchId);
  return found;
}
