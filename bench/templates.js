// @ts-check
import Handlebars from "handlebars";
import { Liquid } from "liquidjs";
import { registerOfferHelpers } from "offer-code/handlebars";
import { registerOfferFilters } from "offer-code/liquid";

/** The template of all measures, in one spelling for both engines. */
export const TEXT = "Hi {{ name }}, your code is {{ offer.code }}. Type {{ offer.code }} at the checkout.";
/** The same for an engine that receives the code as a plain string. */
const PLAIN = TEXT.replaceAll("offer.code", "code");

/** What a message says besides its code. */
export const DATA = { name: "Ann" };

/** @param {import("offer-code").Resolver} resolver */
export const ourHandlebars = (resolver) => registerOfferHelpers(Handlebars.create(), resolver).compile(TEXT);

/** @param {import("offer-code").Resolver} resolver */
export const ourLiquid = (resolver) => registerOfferFilters(new Liquid(), resolver).compile(TEXT);

export const plainHandlebars = () => Handlebars.create().compile(PLAIN);

export function plainLiquid() {
  const liquid = new Liquid();
  const template = liquid.parse(PLAIN);
  return (/** @type {object} */ data) => liquid.render(template, data);
}

/**
 * Compiles the template on an instance whose helper `code` returns a promise.
 *
 * @param {(engine: typeof Handlebars) => typeof Handlebars} makeAsync
 * @param {() => Promise<string>} code
 * @returns {(data: object) => Promise<string>}
 */
export function promisedHandlebars(makeAsync, code) {
  const engine = makeAsync(Handlebars);
  engine.registerHelper("code", code);
  const template = engine.compile(PLAIN);
  return (data) => /** @type {Promise<string>} */ (/** @type {unknown} */ (template(data)));
}
