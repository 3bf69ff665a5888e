/**
 * Discounts, orders and webhook signatures of a Shopify shop.
 *
 * @module offer-code/shopify
 */
export { type DiscountOptions, type DiscountReport, importDiscount } from "./intake/import-discount.js";
export { type DiscountUpload, discountUpload } from "./intake/shopify-discount.js";
export { type OrderRedemption, redeemOrder } from "./redemption/order.js";
export { verifySignature } from "./redemption/shopify-signature.js";
