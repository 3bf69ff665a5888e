/**
 * The columns of codes files, each with the names it goes by: those of Shopify and its export apps, WooCommerce, Magento, Spree, Solidus, Saleor,
 * Klaviyo, Voucherify, Recharge and Cin7, and what people write by hand. `used`, `uses` and `redeemed_at` all say whether a code was used.
 */
export const CODE_COLUMNS = {
  code: [
    ...["codes", "coupon", "coupons", "coupon code", "coupon codes", "discount code", "discount codes", "promo code"],
    ...["promo codes", "promotion code", "promotion codes", "promotional code", "voucher", "vouchers", "voucher code"],
    ...["voucher codes", "unique code", "unique codes", "gift code", "offer code", "code coupon", "code promo"],
    ...["coupon number", "post title", "gutscheincode", "gutschein", "rabattcode", "codigo", "código", "codice"],
  ],
  starts_on: [
    ...["start", "starts", "start date", "date start", "starts at", "start at", "start time", "start day", "from"],
    ...["from date", "valid from", "active from", "available from", "begins", "begins on", "begins at", "begin date"],
    ...["valid since", "activation date", "gültig ab"],
  ],
  ends_on: [
    ...["end", "ends", "end date", "date end", "ends at", "end at", "end time", "end day", "until", "till", "to date"],
    ...[
      "valid until",
      "valid till",
      "valid to",
      "valid thru",
      "valid through",
      "valid up to",
      "active until",
      "active to",
    ],
    ...["expires", "expires on", "expires at", "expire date", "expiry", "expiry date", "expiry on", "expiration"],
    ...["expiration date", "expiration time", "expiration day", "date expires", "expiring on", "last day", "use by"],
    ...["redeem by", "available until", "available to", "gültig bis"],
  ],
  state: [
    ...["status", "code status", "code state", "coupon status", "voucher status", "post status", "active", "is active"],
    ...["enabled", "is enabled", "available", "is available"],
  ],
  used: ["is used", "is redeemed", "already used", "consumed", "spent"],
  uses: [
    ...["times used", "used count", "code used count", "use count", "usage", "usage count", "usages", "redemptions"],
    ...["times redeemed", "redemption count", "redeemed count", "redeemed quantity", "number of uses", "number of use"],
    ...["number of redemptions", "async usage count"],
  ],
  redeemed_at: [
    ...["redeemed", "redeemed on", "redeemed date", "date redeemed", "redemption date", "redemption time", "used at"],
    ...["used on", "used date", "date used", "last used", "last used at", "last redeemed at", "date d'utilisation"],
  ],
  subscriber_id: [
    ...["subscriber", "customer", "customer id", "customer email", "email", "email address", "phone", "phone number"],
    ...["mobile", "user", "user id", "user email", "contact", "contact id", "contact key", "profile", "profile id"],
    ...[
      "person id",
      "assigned to",
      "assigned to profile",
      "recipient",
      "recipient email",
      "holder",
      "owner",
      "member id",
    ],
  ],
  issued_at: [
    ...["issued", "issued on", "issue date", "issued date", "date issued", "assigned", "assigned at", "assigned on"],
    ...["assigned date", "date assigned", "claimed at", "sent at", "sent on", "date sent", "given out at", "given at"],
    ...["distributed at", "delivered at", "publication date", "published at"],
  ],
  message_id: ["message"],
  batch: ["batch id", "batch name"],
} as const;

export type CodeColumn = keyof typeof CODE_COLUMNS;

/** Columns of days that say nothing of a code's own. */
export const OTHER_DAYS: ReadonlySet<string> = new Set(
  [
    ...[
      "created",
      "created at",
      "created on",
      "creation date",
      "create date",
      "date created",
      "created date",
      "updated",
    ],
    ...[
      "updated at",
      "updated on",
      "date updated",
      "last updated",
      "modified",
      "modified at",
      "last modified",
      "imported",
    ],
    ...[
      "imported at",
      "generated",
      "generated at",
      "generated on",
      "post date",
      "post modified",
      "sent until",
      "timestamp",
    ],
  ].map((name) => name.replaceAll(" ", "")),
);

/** The columns of `exportCodes`, in their order. */
export const EXPORT_COLUMNS = [
  ...(["code", "subscriber_id", "message_id", "batch", "starts_on", "ends_on"] as const),
  ...(["issued_at", "sent_until", "redeemed_at", "state"] as const),
] as const;
