import { z } from "zod";
import { dayOf } from "../domain/calendar.js";
import { checked, InvalidInputError } from "../domain/errors.js";
import { daysName } from "./batch-finder.js";
import { lastWholeDay } from "./instant-text.js";

const INSTANT = "an instant such as 2026-11-30T23:59:59Z";
const instantSchema = z.iso.datetime({ offset: true, error: INSTANT });
const codeNode = z.looseObject(
  { code: z.string({ error: "a code" }), asyncUsageCount: z.number({ error: "a number" }).nullish() },
  { error: "an object with a code" },
);
const pageInfo = z.looseObject({ hasNextPage: z.boolean().nullish(), hasPreviousPage: z.boolean().nullish() });

/** A `DiscountCodeNode` of Shopify's Admin API, or its `codeDiscount` alone; what else is in it is left alone. */
const discountSchema = z.looseObject(
  {
    title: z.string({ error: "text" }).optional(),
    startsAt: instantSchema,
    endsAt: instantSchema.nullish(),
    codes: z.union(
      [
        z.looseObject({ nodes: z.array(codeNode), pageInfo: pageInfo.nullish() }),
        z
          .looseObject({ edges: z.array(z.looseObject({ node: codeNode })), pageInfo: pageInfo.nullish() })
          .transform(({ edges, ...rest }) => ({ ...rest, nodes: edges.map(({ node }) => node) })),
        z.array(codeNode).transform((nodes) => ({ nodes, pageInfo: undefined })),
      ],
      { error: "codes: { nodes: [{ code }] }" },
    ),
  },
  { error: "a code discount" },
);

/** One call of `importCodes`. */
export type DiscountUpload = { codes: string[]; options: { batch: string; startsOn: string; endsOn?: string } };

/** Besides, the codes that the shop says were used, and whether these are all codes of the discount, as its `pageInfo` says. */
export type ReadDiscount = DiscountUpload & { used: string[]; isWhole: boolean };

/**
 * Turns a code discount of Shopify's Admin API (title, startsAt, endsAt, codes) into a call of `importCodes`, without the codes whose `asyncUsageCount` says that they were used. No network: the
 * caller queries the shop, page by page, and passes the result. A discount has instants and a batch has whole days, so the batch
 * begins on the day of `startsAt` and ends with the last day that is whole before `endsAt` (a minute short counts as whole): no message
 * shows a code that the shop has ended. A discount without one whole day throws an `InvalidInputError`.
 *
 * @example
 * const { codes, options } = discountUpload(discount, { timeZone: "America/New_York" });
 * await importCodes(store, "spring", codes, options);
 */
export function discountUpload(discount: unknown, options: { timeZone?: string; batch?: string } = {}): DiscountUpload {
  const { codes, options: upload } = readDiscount(discount, options);
  return { codes, options: upload };
}

/** The same with what `importDiscount` follows the shop by. */
export function readDiscount(discount: unknown, options: { timeZone?: string; batch?: string }): ReadDiscount {
  const inner = (discount as { codeDiscount?: unknown } | null | undefined)?.codeDiscount ?? discount;
  const { title, startsAt, endsAt, codes } = checked(discountSchema, "discount", inner);
  const { timeZone = "UTC" } = options;
  const startsOn = dayOf(Date.parse(startsAt), timeZone);
  const endsOn = endsAt ? lastWholeDay(Date.parse(endsAt), timeZone) : undefined;
  if (endsOn !== undefined && endsOn < startsOn) {
    throw new InvalidInputError(`discount: from ${startsAt} to ${endsAt} there is no whole day in ${timeZone}`);
  }
  const batch = options.batch ?? [nameOf(title), daysName(startsOn, endsOn)].filter(Boolean).join(" ");
  const days = endsOn === undefined ? { startsOn } : { startsOn, endsOn };
  const { nodes, pageInfo } = codes;
  const isUsed = ({ asyncUsageCount }: (typeof nodes)[number]) => (asyncUsageCount ?? 0) > 0;
  return {
    codes: nodes.filter((node) => !isUsed(node)).map(({ code }) => code),
    used: nodes.filter(isUsed).map(({ code }) => code),
    isWhole: pageInfo?.hasNextPage === false && pageInfo.hasPreviousPage !== true,
    options: { batch, ...days },
  };
}

/** A title as part of a batch's name, which may hold no braces and no line breaks. */
function nameOf(title = ""): string {
  const plain = title
    .replaceAll("{", "(")
    .replaceAll("}", ")")
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, " ");
  return [...plain].slice(0, 50).join("").trim();
}
