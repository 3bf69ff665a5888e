/**
 * Unique discount codes in templates. The shortest working example:
 *
 * @module offer-code
 * @example
 * const store = memoryStore();
 * await store.saveOffer({ id: "welcome10" });
 * await importCodes(store, "welcome10", ["A7K2", "B9Q4"]);
 * const resolver = createResolver({ store });
 * const { code } = await resolver.resolve({ id: "m1", type: "campaign", subscriberId: "s1", offerId: "welcome10" });
 */
export { renderWithOffer } from "../helpers/any-engine.js";
export type { OfferView } from "../helpers/view.js";
export {
  InvalidInputError,
  OfferTemplateError,
  OfferUnavailableError,
  StoreUnavailableError,
} from "./domain/errors.js";
export { explain } from "./domain/explain.js";
export type { HeldCode, Holding } from "./domain/holding.js";
export type { Message, MessageType } from "./domain/message.js";
export type {
  Batch,
  BatchInput,
  DistributionWindow,
  Offer,
  OfferInput,
  OfferState,
  WhenUnavailable,
} from "./domain/offer.js";
export type { KeptCodeReason, NewCodeReason, Reason, Resolution, UnavailableReason } from "./domain/resolution.js";
export type { Milliseconds, UnixMs } from "./domain/units.js";
export { type Duplicates, type ImportOptions, type ImportReport, importCodes } from "./intake/import.js";
export type { ResolvedMessage } from "./resolver/answer-each.js";
export type { Resolver } from "./resolver/contract.js";
export type { EventListener, OfferEvent } from "./resolver/events.js";
export type { ExpiringCode } from "./resolver/expiring.js";
export type { ResolverOptions } from "./resolver/options.js";
export type { Preflight, PreflightOptions } from "./resolver/preflight.js";
export { createResolver } from "./resolver/resolver.js";
export { memoryStore } from "./store/memory/index.js";
export type * from "./store/store.js";
