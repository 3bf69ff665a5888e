import { invalidInput, type Resolution } from "../src/internal.js";

export { stopsMessage } from "../src/internal.js";

/** What a template can read of an offer: the whole resolution of its message, and the offer's name. */
export const OFFER_FIELDS = [
  "code",
  "name",
  "offerId",
  "reason",
  "isNew",
  "isFallback",
  "isSample",
  "batch",
  "issuedAt",
  "expiresAt",
  "lastDay",
  "daysLeft",
  "redeemed",
] as const;

export type OfferField = (typeof OFFER_FIELDS)[number];

const FIELDS: ReadonlySet<unknown> = new Set(OFFER_FIELDS);

export function isOfferField(name: unknown): name is OfferField {
  return FIELDS.has(name);
}

/** A misspelt field would leave a gap in a message that is sent, so it is rejected. */
export function unknownField(name: unknown): string {
  return `an offer has no field "${String(name)}", it has ${OFFER_FIELDS.join(", ")}`;
}

/** The error for `{{offer}}` by itself. */
export const FIELD_MISSING = "offer alone shows nothing: name a field, such as offer.code";

/** The error for a helper, filter or block whose offer id is not an id. */
export function notAnOfferId(where: string, got: unknown): string {
  return invalidInput(where, "the id of an offer", got).message;
}

export const UNKNOWN_FILTER_ARGUMENT =
  'offer_code has no arguments: the id of the offer goes before it, as in "vip20" | offer_code';

/** The error for a Handlebars template that reads an offer without a message. */
export function noMessage(what: string): string {
  return `${what} is read, but no message is known: render within email.run(message, ...), or by email.compile(..)(data, message)`;
}

/** An offer as a template reads it. Its fields are its own, as both engines read no others. */
export class OfferView {
  readonly code: string | null;
  readonly name: string | null;
  readonly offerId: string;
  readonly reason: string;
  readonly isNew: boolean;
  readonly isFallback: boolean;
  readonly isSample: boolean;
  readonly batch: string | null;
  readonly issuedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly lastDay: string | null;
  readonly daysLeft: number | null;
  readonly redeemed: boolean;

  constructor(resolution: Resolution) {
    this.code = resolution.code;
    this.name = resolution.offerName;
    this.offerId = resolution.offerId;
    this.reason = resolution.reason;
    this.isNew = resolution.isNew;
    this.isFallback = resolution.isFallback;
    this.isSample = resolution.isSample;
    this.batch = resolution.batch;
    this.issuedAt = resolution.issuedAt;
    this.expiresAt = resolution.expiresAt;
    this.lastDay = resolution.lastDay;
    this.daysLeft = resolution.daysLeft;
    this.redeemed = resolution.redeemed;
  }
}

/** One field of an offer, without making the whole view. */
export function fieldOf(resolution: Resolution, field: OfferField): unknown {
  return field === "name" ? resolution.offerName : resolution[field];
}

/** `offer` in the caller's data would hide the message's offer, or be hidden by it. */
export function refuseOwnOffer(data: unknown): void {
  if (hasOwnOffer(data))
    throw invalidInput("data.offer", "no such field, as offer means the message's offer", data.offer);
}

export function hasOwnOffer(data: unknown): data is { offer: unknown } {
  return typeof data === "object" && data !== null && "offer" in data;
}
