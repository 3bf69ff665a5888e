import { z } from "zod";
import { checked } from "../domain/errors.js";
import { isCode } from "../domain/identifier.js";
import type { UnixMs } from "../domain/units.js";
import type { OfferStore, Redemption } from "../store/store.js";

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

/** What became of one discount code of an order. `unknown-code`: no offer has it; shops have codes of their own as well. */
export type OrderRedemption = { code: string; redemption: Redemption };

/**
 * Marks the discount codes of a shop's order as redeemed: the body of Shopify's order webhooks (`orders/create`, `orders/paid`), with
 * `discount_codes: [{ code, amount, type }]`. Redeemed at the order's `processed_at` or `created_at`, otherwise at `at`.
 * A webhook that comes twice changes nothing the second time. Rejects with `InvalidInputError` when the body is not an order.
 *
 * @example
 * const redemptions = await redeemOrder(store, JSON.parse(body));
 */
export async function redeemOrder(
  redeemer: Pick<OfferStore, "redeem">,
  order: unknown,
  options: { at?: UnixMs } = {},
): Promise<OrderRedemption[]> {
  const { discount_codes, processed_at, created_at } = checked(orderSchema, "order", order);
  const at = instantOf(processed_at) ?? instantOf(created_at) ?? options.at ?? Date.now();
  const codes = [...new Set(discount_codes.map(({ code }) => code.trim()))].filter((code) => code !== "");
  return Promise.all(codes.map(async (code) => ({ code, redemption: await redeemOne(redeemer, code, at) })));
}

/** A shop's code may be a text that is not a code here, such as SUMMER SALE. */
async function redeemOne(redeemer: Pick<OfferStore, "redeem">, code: string, at: UnixMs): Promise<Redemption> {
  return isCode(code) ? redeemer.redeem(code, at) : { status: "unknown-code" };
}

function instantOf(text: string | null | undefined): UnixMs | undefined {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? undefined : at;
}
