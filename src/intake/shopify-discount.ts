import { z } from "zod";
import { dayOf } from "../domain/calendar.js";
import { checked, InvalidInputError } from "../domain/errors.js";
import { unknownOffer } from "../store/checks.js";
import type { OfferStore } from "../store/store.js";
import { daysName } from "./batch-finder.js";
import { expectBatchFits, expectSameDays } from "./batch-rule.js";
import { addToBatch, type ImportReport } from "./import.js";
import { lastWholeDay } from "./instant-text.js";

const INSTANT = "an instant such as 2026-11-30T23:59:59Z";
const instantSchema = z.iso.datetime({ offset: true, error: INSTANT });
const codeNode = z.looseObject({ code: z.string({ error: "a code" }) }, { error: "an object with a code" });

/** A `DiscountCodeNode` of Shopify's Admin API, or its `codeDiscount` alone; what else is in it is left alone. */
const discountSchema = z.looseObject(
  {
    title: z.string({ error: "text" }).optional(),
    startsAt: instantSchema,
    endsAt: instantSchema.nullish(),
    codes: z.union(
      [
        z.looseObject({ nodes: z.array(codeNode) }).transform(({ nodes }) => nodes),
        z
          .looseObject({ edges: z.array(z.looseObject({ node: codeNode })) })
          .transform(({ edges }) => edges.map(({ node }) => node)),
        z.array(codeNode),
      ],
      { error: "codes: { nodes: [{ code }] }" },
    ),
  },
  { error: "a code discount" },
);

/** One call of `importCodes`. */
export type DiscountUpload = { codes: string[]; options: { batch: string; startsOn: string; endsOn?: string } };

/**
 * Turns a code discount of Shopify's Admin API (title, startsAt, endsAt, codes) into a call of `importCodes`. No network: the
 * caller asks the shop, page by page, and hands in what came. A discount has instants and a batch has whole days, so the batch
 * begins on the day of `startsAt` and ends with the last day that is whole before `endsAt` (a minute short counts as whole): no message
 * shows a code that the shop has ended. A discount without one whole day throws an `InvalidInputError`.
 *
 * @example
 * const { codes, options } = discountUpload(discount, { timeZone: "America/New_York" });
 * await importCodes(store, "spring", codes, options);
 */
export function discountUpload(discount: unknown, options: { timeZone?: string; batch?: string } = {}): DiscountUpload {
  const inner = (discount as { codeDiscount?: unknown } | null | undefined)?.codeDiscount ?? discount;
  const { title, startsAt, endsAt, codes } = checked(discountSchema, "discount", inner);
  const { timeZone = "UTC" } = options;
  const startsOn = dayOf(Date.parse(startsAt), timeZone);
  const endsOn = endsAt ? lastWholeDay(Date.parse(endsAt), timeZone) : undefined;
  if (endsOn !== undefined && endsOn < startsOn) {
    throw new InvalidInputError(`discount: from ${startsAt} to ${endsAt} there is no whole day in ${timeZone}`);
  }
  const batch = options.batch ?? [title?.trim(), daysName(startsOn, endsOn)].filter(Boolean).join(" ");
  const days = endsOn === undefined ? { startsOn } : { startsOn, endsOn };
  return { codes: codes.map(({ code }) => code), options: { batch, ...days } };
}

/**
 * Adds the codes of a Shopify discount to an offer, under the days of the discount in the offer's time zone.
 *
 * @example
 * await importDiscount(store, "spring", discount);
 */
export async function importDiscount(store: OfferStore, offerId: string, discount: unknown): Promise<ImportReport> {
  const state = await store.loadOffer(offerId);
  if (state === null) throw unknownOffer(offerId);
  const { codes, options } = discountUpload(discount, { timeZone: state.offer.timeZone });
  const { batch: id, ...days } = options;
  expectSameDays(state, { id, ...days });
  expectBatchFits(state, { id, ...days }, { isFromShop: true });
  return addToBatch(store, offerId, { id, ...days }, codes);
}
