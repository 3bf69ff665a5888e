import type { Message } from "../domain/message.js";
import type { Resolution } from "../domain/resolution.js";
import type { Resolver } from "./resolver.js";

/** The answer for one message and offer: at once where this process knows it, otherwise a promise. */
export function lookup(resolver: Resolver, message: Message, offerId?: string): Resolution | Promise<Resolution> {
  return resolver.resolveKnown(message, offerId) ?? resolver.resolve(message, offerId);
}
