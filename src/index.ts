/**
 * Unique discount codes in templates. The shortest working example:
 *
 * @example
 * const store = memoryStore();
 * await store.saveOffer({ id: "welcome10" });
 * await importCodes(store, "welcome10", ["A7K2", "B9Q4"], { batch: "first" });
 * const resolver = createResolver({ store });
 * const { code } = await resolver.resolve({ id: "m1", type: "campaign", subscriberId: "s1", offerId: "welcome10" });
 */
export { type Decision, decide } from "./decide.js";
export {
  InvalidInputError,
  invalidInput,
  OfferTemplateError,
  OfferUnavailableError,
  offerUnavailable,
  StoreUnavailableError,
} from "./errors.js";
export { eventMetrics, type MetricsMeter, openTelemetryEvents } from "./event-metrics.js";
export type { EventListener, OfferEvent } from "./events.js";
export { explain } from "./explain.js";
export type { HeldCode, Holding } from "./holding.js";
export { audienceFile } from "./intake/audience.js";
export type { RefusedLine } from "./intake/codes-file.js";
export { type Duplicates, type ImportOptions, type ImportReport, importCodes } from "./intake/import.js";
export {
  type ImportFileOptions,
  type ImportFileReport,
  type ImportProgress,
  importFile,
} from "./intake/import-file.js";
export { importShopify, type ShopifyUpload, shopifyUpload } from "./intake/shopify.js";
export { streamSource, type TextSource, textSource } from "./intake/source.js";
export { MESSAGE_TYPES, type Message, type MessageType, parseMessage } from "./message.js";
export {
  type Batch,
  type BatchInput,
  type DistributionWindow,
  type Offer,
  type OfferInput,
  type OfferState,
  parseOffer,
  type WhenUnavailable,
} from "./offer.js";
export { type DefinedOffer, defineOffers, type FieldChange } from "./operations/define.js";
export type { ExpiringCode } from "./operations/expiring.js";
export {
  type ExplainQuestion,
  type Explanation,
  explainSubscriber,
  type HeldCodeFacts,
} from "./operations/explanation.js";
export { type HeldCodeRow, heldCodes, heldCodesCsv } from "./operations/held-codes.js";
export type { Preflight, PreflightOptions } from "./operations/preflight.js";
export { type RollbackReport, rollback } from "./operations/rollback.js";
export { allOfferStats, type BatchStats, type OfferStats, offerStats } from "./operations/stats.js";
export { type OrderRedemption, redeemOrder } from "./redemption/order.js";
export { type RedeemFileOptions, type RedeemFileReport, redeemFile } from "./redemption/redeem-file.js";
export { isSignedByShopify } from "./redemption/shopify-signature.js";
export type { KeptCodeReason, NewCodeReason, Reason, Resolution, UnavailableReason } from "./resolution.js";
export { createResolver, type Resolver } from "./resolver.js";
export type { ResolverOptions } from "./resolver-options.js";
export { memoryStore } from "./store/memory/index.js";
export type * from "./store/store.js";
export type { Milliseconds, UnixMs } from "./units.js";
