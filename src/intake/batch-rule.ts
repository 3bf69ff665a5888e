import { InvalidInputError } from "../domain/errors.js";
import { type Batch, type OfferState, parseBatch } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";
import { batchPeriod } from "../domain/window.js";
import { differentDays } from "../store/checks.js";

/** `openEnded`: a batch without days may join an offer with a custom period, for which it is open for ever. */
export type BatchRuleOptions = { openEnded?: boolean | undefined; isFromShop?: boolean | undefined };

/** Refuses other days than the batch has already. */
export function expectSameDays({ batches }: OfferState, batch: Batch): void {
  parseBatch(batch);
  const known = batches.find(({ id }) => id === batch.id);
  if (known !== undefined && (known.startsOn !== batch.startsOn || known.endsOn !== batch.endsOn)) {
    throw differentDays(known, batch);
  }
}

/**
 * Refuses a batch that its offer could only misunderstand: days that the window ignores, so that codes would be sent after their end; no days
 * under a custom period, unless `openEnded`; days by hand in an integrated offer, whose days come from the shop.
 */
export function expectBatchFits(
  { offer }: Pick<OfferState, "offer">,
  batch: Batch,
  { openEnded, isFromShop }: BatchRuleOptions = {},
): void {
  const hasDays = batch.startsOn !== undefined || batch.endsOn !== undefined;
  if (hasDays && offer.kind === "integrated" && !isFromShop) {
    throw new InvalidInputError(`the days of offer "${offer.id}" come from the shop: import them with importDiscount`);
  }
  if (hasDays && offer.window.type !== "custom-period") {
    throw new InvalidInputError(
      `offer "${offer.id}" ignores days (its window is ${offer.window.type}), and batch "${batch.id}" has some: give the offer a custom period, or the batch no days`,
    );
  }
  if (!hasDays && offer.window.type === "custom-period" && !openEnded) {
    throw new InvalidInputError(
      `offer "${offer.id}" has a custom period, and batch "${batch.id}" has no days: add the columns starts_on and ends_on, or give days for all codes, or say that it is open for ever (openEnded, --open-ended)`,
    );
  }
}

/** Refuses a batch whose days are over. */
export function expectNotOver({ offer }: OfferState, batch: Batch, now: UnixMs): void {
  if (offer.window.type !== "custom-period" || batchPeriod(batch, offer.timeZone).closesAt > now) return;
  throw new InvalidInputError(
    `batch "${batch.id}" ended on ${batch.endsOn}, so none of its codes could ever be given out`,
  );
}

/** Puts the name of a file before what is wrong with its batches. */
export function inFile<Result>(file: string, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(`${file}: ${error.message}`, { cause: error });
  }
}
