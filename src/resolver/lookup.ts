import type { Message } from "../domain/message.js";
import type { Resolution } from "../domain/resolution.js";
import type { Resolver } from "./resolver.js";

/** The method that `createResolver` gives its resolvers besides the public ones. */
export const LOOKUP = Symbol("offer-code lookup");

export type Lookup = (message: Message, offerId?: string) => Resolution | Promise<Resolution>;
export type WithLookup = Resolver & { readonly [LOOKUP]?: Lookup };

/**
 * The answer of `resolver.resolve`: at once where this process knows it, otherwise as a promise.
 *
 * A code is claimed as by `resolve`, so call it only when the message shows the offer. Throws an `InvalidInputError` at once for a wrong
 * message. A resolver that `createResolver` did not make always answers with the promise of its `resolve`.
 */
export function lookup(resolver: Resolver, message: Message, offerId?: string): Resolution | Promise<Resolution> {
  const own = (resolver as WithLookup)[LOOKUP];
  return own === undefined ? resolver.resolve(message, offerId) : own(message, offerId);
}
