import type { Context, FS, Liquid, RenderOptions, Template } from "liquidjs";
import { invalidInput, OfferTemplateError } from "../src/internal.js";
import { type ContextClass, contextClassOf, dropClassOf } from "./engine-classes.js";
import { macroRewriter } from "./macro.js";
import { MessageScope } from "./message-scope.js";
import { noMessage, type OfferDropClass, offerDropClass, refuseWaiting, unknownMessageClass } from "./offer-drop.js";
import type { Rendering } from "./rendering.js";
import { liquidError } from "./template-error.js";
import { hasOwnOffer, refuseOwnOffer } from "./view.js";

/** A LiquidJS instance with offers: the message that it renders, and the classes of its own copy of LiquidJS. */
export type PreparedLiquid = {
  scope: MessageScope;
  Context: ContextClass;
  OfferDrop: OfferDropClass;
};

/** The key of the message in the globals of a render. It is a symbol, so no template can name it. */
export const MESSAGE: unique symbol = Symbol("offer-code");

const engines = new WeakMap<Liquid, PreparedLiquid>();

export function isPrepared(liquid: Liquid): boolean {
  return engines.has(liquid);
}

/** The parts of an instance that `prepareLiquid` has prepared. */
export function preparedLiquid(liquid: Liquid): PreparedLiquid {
  return engines.get(liquid) as PreparedLiquid;
}

/** The message being rendered, for a tag or filter. */
export function renderingOf(where: string, context: Context, liquid: Liquid): Rendering {
  const named = (context.globals as { [MESSAGE]?: Rendering })[MESSAGE];
  const rendering = named ?? preparedLiquid(liquid).scope.rendering;
  if (rendering === undefined) throw noMessage(where);
  if (context.sync) refuseWaiting(rendering);
  return rendering;
}

/** Adds macros and offers to everything that the instance itself parses and renders. */
export function prepareLiquid(liquid: Liquid): void {
  const Drop = dropClassOf(liquid);
  const scope = new MessageScope();
  const engine = { scope, OfferDrop: offerDropClass(Drop), Context: contextClassOf(liquid, Drop) };
  engines.set(liquid, engine);
  readMacros(liquid);
  readOffers(liquid, engine, unknownMessageClass(Drop));
}

/** Macros are rewritten before the engine parses a text, whether it was passed in or read as a file, a partial or a layout. */
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

/** `offer` becomes a global of the instance, that of the message under way. Whatever the template includes sees globals. */
function readOffers(
  liquid: Liquid,
  { scope, OfferDrop, Context }: PreparedLiquid,
  UnknownMessage: new () => unknown,
): void {
  function withOffer(own: object): object {
    const globals = Object.create(Object.getPrototypeOf(own), Object.getOwnPropertyDescriptors(own));
    const get = () => {
      const { rendering } = scope;
      if (rendering !== undefined) return new OfferDrop(rendering, undefined);
      return hasOwnOffer(own) ? own.offer : new UnknownMessage();
    };
    return Object.defineProperty(globals, "offer", { get, configurable: true });
  }

  function withMessage(options: RenderOptions | undefined): RenderOptions | undefined {
    const { globals } = options ?? {};
    return globals === undefined || MESSAGE in globals ? options : { ...options, globals: withOffer(globals) };
  }

  function* located(rendered: unknown): Generator<unknown, unknown, unknown> {
    try {
      return yield rendered;
    } catch (error) {
      const found = liquidError(error);
      if (!isRefusal(error)) throw error;
      throw scope.rendering === undefined ? found : scope.rendering.fail(found);
    }
  }

  const { _render, renderToNodeStream } = liquid;
  liquid.options.globals = withOffer(liquid.options.globals);
  liquid._render = (templates, data, options) => {
    if (data instanceof Context) return _render.call(liquid, templates, data, options as RenderOptions);
    refuseHiding(data, scope.rendering);
    return located(
      _render.call(liquid, templates, data, withMessage(options) as RenderOptions),
    ) as IterableIterator<unknown>;
  };
  liquid.renderToNodeStream = (templates: Template[], data, options) => {
    refuseHiding(data, scope.rendering);
    return renderToNodeStream.call(liquid, templates, data, withMessage(options));
  };
}

/** Data with an `offer` of its own would hide the message's. */
function refuseHiding(data: unknown, rendering: Rendering | undefined): void {
  if (rendering === undefined) return;
  try {
    refuseOwnOffer(data);
  } catch (error) {
    throw rendering.fail(error);
  }
}

/** Whether an error of the engine is at its root one of ours about the template. */
function isRefusal(error: unknown): boolean {
  const { originalError, errors } = error as { originalError?: unknown; errors?: unknown[] };
  if (error instanceof OfferTemplateError) return true;
  const inner = originalError ?? errors?.[0];
  return inner !== undefined && isRefusal(inner);
}

export function refusePresent(liquid: Liquid): void {
  if (liquid.filters.offer_code !== undefined)
    throw invalidInput("liquid.filters.offer_code", "no filter of that name yet", liquid.filters.offer_code);
  if (liquid.tags.offer !== undefined)
    throw invalidInput("liquid.tags.offer", "no tag of that name yet", liquid.tags.offer);
}
