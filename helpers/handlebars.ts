/**
 * The offers of a message in Handlebars templates.
 *
 * @module offer-code/handlebars
 */

import type Handlebars from "handlebars";
import { invalidInput, type Message, type Resolver } from "../src/internal.js";
import { CallSetup } from "./call-setup.js";
import { CertainOffers } from "./certain-offers.js";
import { lazyTemplate, preparedEngine, specOf } from "./engine-templates.js";
import { HelperTable } from "./helper-table.js";
import { withMacros } from "./macro-statements.js";
import { Partials } from "./partials.js";
import { type Reach, reachOf } from "./reach.js";
import { Rendering, render } from "./rendering.js";
import { handlebarsError, handlebarsSyntaxError, inPartial } from "./template-error.js";
import type { Program } from "./template-node.js";
import { withFrames } from "./template-spec.js";
import { CURRENT_OFFER, RENDERING, withOffers } from "./template-tree.js";
import { refuseOwnOffer } from "./view.js";
import { checkedHandlebars, checkResolver } from "./wrong-calls.js";

type Engine = typeof Handlebars;

/**
 * Renders one part of a message: with the same message its subject, HTML and text show the same code. `renderOptions` are
 * Handlebars' own.
 *
 * Rejects with `OfferUnavailableError` when an offer without a code is shown: do not send the message. With `InvalidInputError`
 * for a wrong message, and for data that has an `offer` of its own. With `OfferTemplateError` for what Handlebars rejects.
 */
export type OfferTemplate = (data: unknown, message: Message, renderOptions?: RuntimeOptions) => Promise<string>;

/** What `registerOfferHelpers` returns: the caller's Handlebars instance, able to show offers. */
export type OfferHandlebars = {
  /**
   * Compiles the text (or the parsed tree) of a template. `options` are Handlebars' own, such as `noEscape`.
   * Throws `OfferTemplateError`, with line and column, when the template cannot be parsed.
   */
  compile(template: string | hbs.AST.Program, options?: CompileOptions): OfferTemplate;
  /**
   * Renders a message through a stack that calls the engine itself: inside `fn` every template of this instance shows the message's offers,
   * whoever compiled it. `fn` renders and returns the result or a promise of it; the returned promise resolves with that.
   *
   * `fn` is called again until each offer that it reads is known, so it should only render: send outside of it. Rejects like an
   * `OfferTemplate`, even if `fn` swallows the error.
   */
  run<T>(message: Message, fn: () => T | Promise<T>): Promise<T>;
};

/**
 * Makes `{{offer.code}}` work on the caller's own Handlebars instance (4.7.10 or later, or its runtime). It gets the helpers `offer` and
 * `offerCode`, and its own `compile`, `precompile` and `template` make templates that show offers within `run`.
 *
 * Where no message is known, such a template throws an `OfferTemplateError` when it reads an offer; data with an `offer` of its own is shown
 * as ever. A template that was rendered before this call, and one of another copy of Handlebars, stays as it is: register first.
 *
 * If the code of an offer is not known yet, rendering stops there, the code is claimed, and rendering starts again. Helpers may therefore run
 * more than once for a message: they should only make text. Turn data that can be read only once (a generator) into a list
 * first.
 *
 * Throws an `InvalidInputError` where an argument is missing, for a version outside the range, and where the instance has a helper `offer` or
 * `offerCode` already.
 *
 * @example
 * const email = registerOfferHelpers(Handlebars, resolver);
 * const html = await email.compile("Hi {{name}}: {{offer.code}}")({ name: "Ann" }, message);
 */
export function registerOfferHelpers(handlebars: Engine, resolver: Resolver): OfferHandlebars {
  const engine = checkedHandlebars(handlebars);
  checkResolver(resolver);
  const { scope, template, compile: compileOwn } = preparedEngine(engine);
  const helpers = new HelperTable(engine);
  const setup = new CallSetup(helpers, compileOwn);
  const families = new Map<string, Partials>();

  /** Partials take over the options of the template that uses them. */
  function partialsFor(options: CompileOptions | undefined): Partials {
    const key = JSON.stringify(options ?? {});
    let partials = families.get(key);
    if (partials === undefined) {
      partials = new Partials(engine, options, compilePartial);
      families.set(key, partials);
    }
    return partials;
  }

  function compileTree(source: string | hbs.AST.Program, options: CompileOptions | undefined): Compiled {
    const parsed = withMacros(parse(engine, source, options));
    const reach = reachOf(parsed);
    const tree = withOffers(parsed);
    const all = reach.data ? { ...options, data: true } : options;
    const underWay = () => scope.rendering;
    const compiled = lazyTemplate(() => template(withFrames(specOf(engine, tree, all), underWay)));
    return { compiled, reach, certain: new CertainOffers(parsed, options) };
  }

  /** Compiled at its first use, as Handlebars does: a partial with an error that nobody uses does no harm. */
  function compilePartial(text: string, options: CompileOptions | undefined): Handlebars.TemplateDelegate {
    let compiled: Handlebars.TemplateDelegate | undefined;
    return (context, call) => {
      try {
        compiled ??= compileTree(text, options).compiled;
        return compiled(context, call);
      } catch (error) {
        throw inPartial(engine, error, (call as { name?: string }).name ?? "without a name");
      }
    };
  }

  function compile(source: string | hbs.AST.Program, options?: CompileOptions): OfferTemplate {
    const { compiled, reach, certain: offers } = compileTree(source, options);
    const partials = reach.partials ? partialsFor(options) : undefined;

    function draw(data: unknown, rendering: Rendering, renderOptions: RuntimeOptions | undefined): string {
      const variables = reach.data ? variablesOf(rendering, data, renderOptions?.data) : undefined;
      const outer = scope.enter(rendering);
      try {
        if (renderOptions === undefined) {
          return compiled(data, setup.call(partials?.registered() ?? NO_PARTIALS, variables ?? { root: data }));
        }
        return compiled(data, optionsWith(renderOptions, variables, partials));
      } catch (error) {
        throw handlebarsError(engine, error);
      } finally {
        scope.leave(outer);
      }
    }

    return (data, message, renderOptions) => {
      if (isPartialCall(message)) return compiled(data, message) as unknown as Promise<string>;
      try {
        refuseOwnOffer(data);
        const rendering = new Rendering(resolver, message);
        // Options of a render may bring code of the caller's that runs first.
        const certain = renderOptions === undefined ? offers.with(data, helpers.refresh()) : [];
        const text = render(rendering, certain, () => draw(data, rendering, renderOptions));
        return typeof text === "string" ? Promise.resolve(text) : text;
      } catch (error) {
        return Promise.reject(error);
      }
    };
  }

  return { compile, run: (message, fn) => scope.run(resolver, message, fn) };
}

type Variables = Record<string, unknown>;
type Compiled = { compiled: Handlebars.TemplateDelegate; reach: Reach; certain: CertainOffers };

const NO_PARTIALS = {};

function parse(engine: Engine, template: unknown, options: CompileOptions | undefined): Program {
  if (typeof template !== "string" && (template as Program | null)?.type !== "Program")
    throw invalidInput("template", "the text or the parsed tree of a template", template);
  if (typeof engine.parseWithoutProcessing !== "function")
    throw invalidInput("Handlebars", "more than its runtime, which cannot compile", engine.VERSION);
  try {
    return engine.parseWithoutProcessing(template as string, options) as unknown as Program;
  } catch (error) {
    throw handlebarsSyntaxError(engine, error);
  }
}

/** Whether Handlebars calls the template as a partial: then it is handed the options of the template around it instead of a message. */
function isPartialCall(message: unknown): message is RuntimeOptions {
  return (message as { partial?: unknown } | null | undefined)?.partial === true;
}

/** The data variables of one start. Made new for each: whatever a start wrote into them is gone in the next. */
function variablesOf(rendering: Rendering, root: unknown, own: unknown): Variables {
  const { offer } = rendering;
  if (typeof own !== "object" || own === null) return { root, [CURRENT_OFFER]: offer, [RENDERING]: rendering };
  const frame = "root" in own ? own : { ...own, _parent: own, root };
  return { ...frame, [CURRENT_OFFER]: offer, [RENDERING]: rendering };
}

function optionsWith(own: RuntimeOptions, data: Variables | undefined, partials: Partials | undefined): RuntimeOptions {
  return {
    ...own,
    ...(data && { data }),
    ...(partials && { partials: partials.with(own.partials ?? {}) }),
  };
}
