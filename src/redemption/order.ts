import { z } from "zod";
import { instantOf } from "../domain/calendar.js";
import { checked } from "../domain/errors.js";
import { isCode } from "../domain/identifier.js";
import type { UnixMs } from "../domain/units.js";
import { redemptionOf } from "../store/redemption.js";
import type { Redeemer, Redemption } from "../store/store.js";

const CODES_EXPECTED = "a list of discount codes";

/** The fields of Shopify's order that are read. All others are ignored. */
const orderSchema = z.looseObject(
  {
    discount_codes: z.array(
      z.looseObject({ code: z.string({ error: "a code" }) }, { error: "an object with a code" }),
      { error: CODES_EXPECTED },
    ),
    processed_at: z.string({ error: "an instant" }).nullish(),
    created_at: z.string({ error: "an instant" }).nullish(),
  },
  { error: "an order" },
);

/** What became of one discount code of an order. `unknown-code`: no offer has it; it may be a code of the shop's own. */
export type OrderRedemption = { code: string; redemption: Redemption<Date> };

/**
 * Marks the discount codes of a shop's order as redeemed: the body of Shopify's order webhooks (`orders/create`, `orders/paid`), with
 * `discount_codes: [{ code, amount, type }]`, for a store or a resolver. Redeemed at the order's `processed_at` or `created_at`, otherwise
 * at `at` (default now).
 * A webhook that arrives twice changes nothing the second time. Rejects with `InvalidInputError` when the body is not an order.
 *
 * @example
 * const redemptions = await redeemOrder(store, JSON.parse(body));
 */
export async function redeemOrder(
  redeemer: Redeemer,
  order: unknown,
  options: { at?: Date | UnixMs } = {},
): Promise<OrderRedemption[]> {
  const { discount_codes, processed_at, created_at } = checked(orderSchema, "order", order);
  const at =
    orderInstant(processed_at) ?? orderInstant(created_at) ?? instantOf("options.at", options.at ?? Date.now());
  const codes = [...new Set(discount_codes.map(({ code }) => code.trim()))].filter((code) => code !== "");
  return Promise.all(codes.map(async (code) => ({ code, redemption: await redeemOne(redeemer, code, at) })));
}

/** A shop's code may be a text that is not a code here, such as SUMMER SALE. */
async function redeemOne(redeemer: Redeemer, code: string, at: UnixMs): Promise<Redemption<Date>> {
  return isCode(code) ? redemptionOf(await redeemer.redeem(code, at)) : { status: "unknown-code" };
}

function orderInstant(text: string | null | undefined): UnixMs | undefined {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? undefined : at;
}
