import type { Message, Resolver } from "../src/internal.js";
import { MessageScope } from "./message-scope.js";
import type { Rendering } from "./rendering.js";
import { OFFER_FIELDS, type OfferView } from "./view.js";
import { checkResolver } from "./wrong-calls.js";

/**
 * Renders a message with any template engine, or without one. Resolves to what `render` returns.
 *
 * `render` receives the message's offer, a plain object whose fields are resolved when they are read: an offer that is not read costs no
 * code. It may be async, and it is called again once the offer is known, so it should only render.
 *
 * Rejects with `OfferUnavailableError` when an offer without a code is read and its `whenUnavailable` says abort, also where `render`
 * swallows that error: do not send the message. Rejects with `InvalidInputError` for a wrong message.
 *
 * @example
 * const html = await renderWithOffer(resolver, message, (offer) => ejs.render(template, { name: "Ann", offer }));
 */
export async function renderWithOffer<T>(
  resolver: Resolver,
  message: Message,
  render: (offer: OfferView) => T | Promise<T>,
): Promise<T> {
  checkResolver(resolver);
  const scope = new MessageScope();
  const start = () => render(readOnDemand(scope.rendering as Rendering));
  return scope.run(resolver, message, typeof render === "function" ? start : render);
}

/** The fields are getters of the object itself, as engines copy data and look for own fields. */
function readOnDemand(rendering: Rendering): OfferView {
  const offer = {};
  for (const field of OFFER_FIELDS) {
    Object.defineProperty(offer, field, { enumerable: true, get: () => rendering.read(undefined)[field] });
  }
  return offer as OfferView;
}
