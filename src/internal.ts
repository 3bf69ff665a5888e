/** What helpers, preview and command line share and nobody outside the package may import. */
export { type Decision, decide } from "./domain/decide.js";
export { invalidInput, OfferTemplateError, offerUnavailable } from "./domain/errors.js";
export { MESSAGE_TYPES, type Message, parseMessage } from "./domain/message.js";
export { parseOffer } from "./domain/offer.js";
export { type Resolution, stopsMessage } from "./domain/resolution.js";
export type { Resolver } from "./resolver/contract.js";
export { lookup } from "./resolver/lookup.js";
