import type { Message } from "../domain/message.js";
import type { Resolution } from "../domain/resolution.js";
import type { Resolver } from "./contract.js";

/** What `createResolver` gives its resolvers besides the public methods. A copy of the resolver takes it along. */
export const LOOKUP = Symbol("offer-code lookup");

/** `resolve`: that of the resolver itself, to recognise a copy that has another. */
export type Lookup = Pick<Resolver, "resolve"> & {
  lookup(message: Message, offerId?: string): Resolution | Promise<Resolution>;
  known(message: Message, offerId?: string): Resolution | undefined;
};
export type WithLookup = Resolver & { readonly [LOOKUP]?: Lookup };

/**
 * The answer of `resolver.resolve`: at once if this process has it, otherwise as a promise.
 *
 * A code is claimed as by `resolve`, so call it only when the message shows the offer. Throws an `InvalidInputError` at once for a wrong
 * message. Where a caller's object has a `resolve` of its own, what this process does not know is resolved by that.
 */
export function lookup(resolver: Resolver, message: Message, offerId?: string): Resolution | Promise<Resolution> {
  const own = (resolver as WithLookup)[LOOKUP];
  if (own !== undefined && own.resolve === resolver.resolve) return own.lookup(message, offerId);
  return own?.known(message, offerId) ?? resolver.resolve(message, offerId);
}

/** The resolution if this process has it, otherwise `undefined`. Claims nothing. */
export function known(resolver: Resolver, message: Message, offerId?: string): Resolution | undefined {
  return (resolver as WithLookup)[LOOKUP]?.known(message, offerId);
}
