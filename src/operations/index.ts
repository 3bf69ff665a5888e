/**
 * What operators do with offers and codes: bring codes in, count them, find one, take them back.
 *
 * @module offer-code/operations
 */

export type { AssignmentRow } from "../intake/assignments.js";
export { audienceFile } from "../intake/audience.js";
export type { RefusedLine } from "../intake/codes-file.js";
export type { LayoutOptions } from "../intake/csv/table.js";
export {
  type AssignmentsReport,
  type ImportAssignmentsOptions,
  importAssignments,
} from "../intake/import-assignments.js";
export {
  type ImportFileOptions,
  type ImportFileReport,
  type ImportProgress,
  importFile,
} from "../intake/import-file.js";
export { streamSource, type TextSource, textSource } from "../intake/source.js";
export { type RedeemFileOptions, type RedeemFileReport, redeemFile } from "../redemption/redeem-file.js";
export { type DefinedOffer, defineOffers, type FieldChange } from "./define.js";
export { type ExplainQuestion, type Explanation, explainSubscriber, type HeldCodeFacts } from "./explanation.js";
export { type ExportedCode, exportCodes, exportCodesCsv } from "./export-codes.js";
export { type GeneratedCodes, type GenerateOptions, generateCodes } from "./generate-codes.js";
export { type RevokeFileOptions, type RevokeFileReport, revokeFile } from "./revoke-file.js";
export { type RollbackReport, rollback } from "./rollback.js";
export { type OfferSignal, offerSignals, type SignalOptions } from "./signals.js";
export { allOfferStats, type BatchStats, type OfferStats, offerStats } from "./stats.js";
export { type CodeState, codesOf, mergeSubscribers, type SubscriberCode } from "./subscribers.js";
export { type Deliver, type WatchRound, watchOffers } from "./watch-offers.js";
export { type WebhookOptions, webhook } from "./webhook.js";
