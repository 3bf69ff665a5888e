import { z } from "zod";
import { checked } from "./errors.js";
import { idSchema, isId } from "./identifier.js";

/**
 * Which offer a message of each type means, and what decides whether a held code is sent again: the offer's distribution
 * window, or the subscriber's original sign-up offer whose first code is shown whatever became of it (docs/rules.md,
 * "Sign-up messages"). A further type is one more line here.
 */
export const MESSAGE_TYPES = {
  campaign: "window",
  journey: "window",
  "auto-response": "sign-up-offer",
  "already-subscribed": "sign-up-offer",
} as const;

/** What kind of message it is. The type decides which of a subscriber's codes it shows: `MESSAGE_TYPES`. */
export type MessageType = keyof typeof MESSAGE_TYPES;

const TYPE_NAMES = Object.keys(MESSAGE_TYPES) as [MessageType, ...MessageType[]];
export const messageTypeSchema = z.enum(TYPE_NAMES, { error: oneOf(TYPE_NAMES) });

const CHANNELS = ["email", "sms"] as const;

const messageSchema = z.strictObject(
  {
    id: idSchema,
    type: messageTypeSchema,
    subscriberId: idSchema,
    offerId: idSchema.optional(),
    channel: z.enum(CHANNELS, { error: '"email" or "sms"' }).optional(),
    signUpOfferId: idSchema.optional(),
  },
  { error: "a message" },
);

/**
 * One message to one subscriber. All parts of it (subject, HTML, text) carry the same `id`, and so does every retry.
 * `offerId` is what a bare `offer.code` means; `signUpOfferId` is used instead of the sign-up that the store recorded.
 */
export type Message = z.infer<typeof messageSchema>;

/** Checks a message. Throws an `InvalidInputError` that names the wrong fields. */
export function parseMessage(message: unknown): Message {
  return checked(messageSchema, "message", message);
}

/**
 * Checks a message on the warm path. Returns a valid one as it is, in a fiftieth of the time that `parseMessage` takes.
 */
export function checkedMessage(message: Message): Message {
  return isMessage(message) ? message : parseMessage(message);
}

/** Whether the message is valid. `false` may be wrong: then the schema decides. */
export function isMessage(message: Message): boolean {
  if (typeof message !== "object" || message === null) return false;
  const { id, type, subscriberId, offerId, channel, signUpOfferId } = message;
  for (const field in message) if (!isField(field)) return false;
  return (
    isId(id) &&
    isId(subscriberId) &&
    TYPE_NAMES.includes(type) &&
    (offerId === undefined || isId(offerId)) &&
    (channel === undefined || CHANNELS.includes(channel)) &&
    (signUpOfferId === undefined || isId(signUpOfferId))
  );
}

/** Compared one by one, which takes a fraction of the time that a set of the schema's fields does. */
function isField(name: string): boolean {
  return (
    name === "id" ||
    name === "type" ||
    name === "channel" ||
    name === "subscriberId" ||
    name === "offerId" ||
    name === "signUpOfferId"
  );
}

/** Whether messages of this type mean the subscriber's sign-up offer, whatever offer they name. */
export function followsSignUpOffer(type: MessageType): boolean {
  return MESSAGE_TYPES[type] === "sign-up-offer";
}

function oneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
