/**
 * The offers of a message in Liquid templates.
 *
 * @module offer-code/liquid
 */

import type { Context, Liquid, RenderOptions, Template } from "liquidjs";
import { invalidInput, type Message, OfferTemplateError, type Resolver } from "../src/internal.js";
import { checkOffers } from "./liquid-check.js";
import { isPrepared, MESSAGE, preparedLiquid, prepareLiquid, refusePresent, renderingOf } from "./liquid-engine.js";
import { codeOf } from "./offer-drop.js";
import { shortenOutputs } from "./offer-output.js";
import { OfferTag, offerId } from "./offer-tag.js";
import { Rendering, render } from "./rendering.js";
import { liquidError } from "./template-error.js";
import { refuseOwnOffer, UNKNOWN_FILTER_ARGUMENT } from "./view.js";
import { checkLiquid, checkResolver } from "./wrong-calls.js";

/**
 * Renders one part of a message: with the same message all its parts show the same code. `renderOptions` are LiquidJS's own.
 *
 * Rejects with `OfferUnavailableError` when an offer without a code is shown: do not send the message. With `InvalidInputError`
 * for a wrong message, and for data that has an `offer` of its own. With `OfferTemplateError` for what LiquidJS rejects.
 */
export type OfferLiquidTemplate = (
  data: object | undefined,
  message: Message,
  renderOptions?: RenderOptions,
) => Promise<string>;

/** What `registerOfferFilters` returns: the caller's Liquid instance, able to show offers. */
export type OfferLiquid = {
  /** Parses the text of a template. Throws `OfferTemplateError`, with line and column, when it cannot be parsed. */
  compile(template: string): OfferLiquidTemplate;
  /**
   * The globals with which the engine's own calls show the offers of a message; make them anew for each message:
   * `liquid.renderFile(name, data, { globals: sms.globals(message) })`. Such a call rejects with the engine's own errors, whose
   * `originalError` is that of the offer, and data with an `offer` of its own hides the message's.
   */
  globals(message: Message): object;
  /**
   * Renders a message through a stack that calls the engine itself: inside `fn` every template of this instance shows the message's offers,
   * whoever parsed it, with the sync methods as well. `fn` renders and returns the result or a promise of it; the returned promise
   * resolves with that.
   *
   * `fn` may be called again until each offer that it reads is known, so it should only render: send outside of it. Rejects like an
   * `OfferLiquidTemplate`, even if `fn` swallows the error.
   */
  run<T>(message: Message, fn: () => T | Promise<T>): Promise<T>;
};

/**
 * Makes `{{ offer.code }}` work on the caller's own LiquidJS instance (10.27.2 or later). It gets the filter `offer_code` and
 * the tag `offer`, and templates and files that it parses from now on may contain `<<offer.code>>`.
 *
 * LiquidJS waits for a code by itself. Its sync methods cannot wait: there, reading an offer throws.
 *
 * @example
 * const sms = registerOfferFilters(liquid, resolver);
 * const text = await sms.compile("Hi {{ name }}: {{ offer.code }}")({ name: "Ann" }, message);
 */
export function registerOfferFilters(liquid: Liquid, resolver: Resolver): OfferLiquid {
  checkLiquid(liquid);
  checkResolver(resolver);
  if (!isPrepared(liquid)) prepare(liquid);
  const { scope, Context, OfferDrop } = preparedLiquid(liquid);

  function globalsOf(rendering: Rendering, own: object | undefined): object {
    // Assigned, not spread: in Node 20 each object that is spread and added to gets a hidden class of its own.
    const globals = { offer: undefined as unknown, [MESSAGE]: rendering };
    Object.assign(globals, own ?? liquid.options.globals);
    globals.offer = new OfferDrop(rendering, undefined);
    return globals;
  }

  function compile(template: string): OfferLiquidTemplate {
    const templates = parse(liquid, template);
    if (template.includes("offer")) shortenOutputs(liquid, templates, OfferDrop);
    return (data, message, renderOptions) => {
      const rendering = new Rendering(resolver, message);
      const draw = () => {
        const globals = globalsOf(rendering, renderOptions?.globals);
        const options =
          renderOptions === undefined ? { sync: false, globals } : { ...renderOptions, sync: false, globals };
        return liquid.render(templates, new Context(data, liquid.options, options, { liquid })) as Promise<string>;
      };
      try {
        refuseOwnOffer(data);
      } catch (error) {
        return Promise.reject(error);
      }
      return Promise.resolve(render(rendering, [], draw)).catch((error) => {
        throw liquidError(error);
      });
    };
  }

  return {
    compile,
    run: (message, fn) => scope.run(resolver, message, fn),
    globals: (message) => globalsOf(new Rendering(resolver, message, false), undefined),
  };
}

function prepare(liquid: Liquid): void {
  refusePresent(liquid);
  prepareLiquid(liquid);
  liquid.registerFilter("offer_code", offerCode);
  liquid.registerTag("offer", OfferTag as unknown as Liquid["tags"][string]);
}

/** `{{ "vip20" | offer_code }}` */
function offerCode(this: { context: Context; liquid: Liquid }, id: unknown, ...more: unknown[]): unknown {
  if (more.length > 0) throw new OfferTemplateError(UNKNOWN_FILTER_ARGUMENT);
  const rendering = renderingOf("offer_code", this.context, this.liquid);
  return codeOf(rendering, offerId(id), this.context);
}

function parse(liquid: Liquid, template: unknown): Template[] {
  if (typeof template !== "string") throw invalidInput("template", "the text of a template", template);
  try {
    const templates = liquid.parse(template);
    if (template.includes("offer")) checkOffers(templates);
    return templates;
  } catch (error) {
    throw liquidError(error);
  }
}
