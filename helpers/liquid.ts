/**
 * The offers of a message in Liquid templates.
 *
 * @module offer-code/liquid
 */

import type { Context, FS, Liquid, RenderOptions, Template } from "liquidjs";
import { invalidInput, type Message, OfferTemplateError, type Resolver } from "../src/internal.js";
import { contextClassOf, dropClassOf } from "./engine-classes.js";
import { macroRewriter } from "./macro.js";
import { offerDropClass } from "./offer-drop.js";
import { shortenOutputs } from "./offer-output.js";
import { dropClasses, MESSAGE_OFFERS, messageOffers, OfferTag, offerId } from "./offer-tag.js";
import { MessageOffers } from "./pending-offer.js";
import { liquidError } from "./template-error.js";
import { fieldOf, isOfferField, refuseOwnOffer, unknownField } from "./view.js";

/**
 * Renders one part of a message: the same message gives all its parts the same code. `renderOptions` are LiquidJS's own.
 *
 * Rejects with `OfferUnavailableError` when an offer without a code is shown: the message must not leave. With `InvalidInputError`
 * for a wrong message, and for data that has an `offer` of its own. With `OfferTemplateError` for what LiquidJS refuses.
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
   * The globals that make the engine's own calls know a message, one for each message:
   * `liquid.renderFile(name, data, { globals: sms.globals(message) })`. Such a call rejects with the engine's own errors, whose
   * `originalError` is that of the offer, and data with an `offer` of its own hides the message's.
   */
  globals(message: Message): object;
};

/**
 * Makes `{{ offer.code }}` work on the caller's own LiquidJS instance (10.27.2 or later). It gets the filter `offer_code` and
 * the tag `offer`, and templates and files that it parses from now on may say `<<offer.code>>`.
 *
 * LiquidJS waits for a code by itself, which its sync methods cannot: there, reading an offer is refused.
 *
 * @example
 * const sms = registerOfferFilters(liquid, resolver);
 * const text = await sms.compile("Hi {{ name }}: {{ offer.code }}")({ name: "Ann" }, message);
 */
export function registerOfferFilters(liquid: Liquid, resolver: Resolver): OfferLiquid {
  if (!dropClasses.has(liquid)) prepare(liquid);
  const OfferDrop = dropClasses.get(liquid)!;
  const Context = contextClassOf(liquid, dropClassOf(liquid));

  function globalsOf(offers: MessageOffers, own: object | undefined): object {
    // Assigned, not spread: in Node 20 each object that is spread and added to gets a hidden class of its own.
    const globals = { offer: undefined as unknown, [MESSAGE_OFFERS]: offers };
    Object.assign(globals, own ?? liquid.options.globals);
    globals.offer = new OfferDrop(offers.own);
    return globals;
  }

  function compile(template: string): OfferLiquidTemplate {
    const templates = parse(liquid, template);
    shortenOutputs(liquid, templates, OfferDrop);
    return (data, message, renderOptions) => {
      const offers = new MessageOffers(resolver, message);
      try {
        refuseOwnOffer(data);
      } catch (error) {
        return Promise.reject(error);
      }
      const globals = globalsOf(offers, renderOptions?.globals);
      const options =
        renderOptions === undefined ? { sync: false, globals } : { ...renderOptions, sync: false, globals };
      return liquid.render(templates, new Context(data, liquid.options, options, { liquid })).catch((error) => {
        throw offers.failure === undefined ? liquidError(error) : offers.failure.error;
      });
    };
  }

  return { compile, globals: (message) => globalsOf(new MessageOffers(resolver, message), undefined) };
}

function prepare(liquid: Liquid): void {
  if (liquid.filters.offer_code !== undefined)
    throw invalidInput("liquid.filters.offer_code", "no filter of that name yet", liquid.filters.offer_code);
  if (liquid.tags.offer !== undefined)
    throw invalidInput("liquid.tags.offer", "no tag of that name yet", liquid.tags.offer);
  dropClasses.set(liquid, offerDropClass(dropClassOf(liquid)));
  liquid.registerFilter("offer_code", offerCode);
  liquid.registerTag("offer", OfferTag as unknown as Liquid["tags"][string]);
  readMacros(liquid);
}

/** `{{ "vip20" | offer_code }}` */
function offerCode(this: { context: Context }, id: unknown): unknown {
  const offer = messageOffers("offer_code", this.context).named(offerId(id));
  const known = offer.known();
  if (known !== undefined) return fieldOf(offer.shown(known), "code");
  return offer.ask().then((resolution) => offer.shown(resolution).code);
}

/** Macros are rewritten in the text before the engine parses it, be it handed in or read as a file, a partial or a layout. */
function readMacros(liquid: Liquid): void {
  const rewrite = macroRewriter(liquid.options);
  const { parse } = liquid;
  liquid.parse = (html, filepath) => parse.call(liquid, rewrite(String(html)), filepath);
  const { fs } = liquid.options;
  const own: Partial<FS> = {};
  if (fs.readFile) own.readFile = async (file) => rewrite(await fs.readFile(file));
  if (fs.readFileSync) own.readFileSync = (file) => rewrite(fs.readFileSync(file));
  // The engine's own file system is frozen.
  liquid.options.fs = Object.create(fs, Object.getOwnPropertyDescriptors(own));
}

function parse(liquid: Liquid, template: unknown): Template[] {
  if (typeof template !== "string") throw invalidInput("template", "the text of a template", template);
  try {
    const templates = liquid.parse(template);
    refuseUnknownFields(liquid, templates);
    return templates;
  } catch (error) {
    throw liquidError(error);
  }
}

/** Found before anything is rendered, so that a misspelt field costs no code. In files it is found when it is read. */
function refuseUnknownFields(liquid: Liquid, templates: Template[]): void {
  const { globals } = liquid.analyzeSync(templates, { partials: false });
  for (const { segments, location } of globals.offer ?? []) {
    const [, field] = segments;
    if (typeof field === "string" && !isOfferField(field))
      throw new OfferTemplateError(unknownField(field), { line: location.row, column: location.col });
  }
}
