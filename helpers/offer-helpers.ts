import type Handlebars from "handlebars";
import { invalidInput, OfferTemplateError } from "../src/internal.js";
import type { MessageScope } from "./message-scope.js";
import type { Rendering } from "./rendering.js";
import { placeOf } from "./template-node.js";
import { CURRENT_OFFER, OFFER_PARAMETER, READ_OFFER, RENDERING, unknownArgument } from "./template-tree.js";
import {
  FIELD_MISSING,
  isOfferField,
  noMessage,
  notAnOfferId,
  OfferView,
  refuseOwnOffer,
  unknownField,
} from "./view.js";

type Lookup = (parent: unknown, name: string) => unknown;
type Options = Handlebars.HelperOptions & {
  loc?: { start: { line: number; column: number }; end: { line: number; column: number } };
  lookupProperty: Lookup;
};

/** The names of the helpers, as Handlebars' `knownHelpers` lists them. */
export const KNOWN_HELPERS = { offer: true, offerCode: true, [READ_OFFER]: true };

/** Gives the instance its helpers. A helper that the caller registered under one of their names is not overwritten. */
export function registerHelpers(engine: typeof Handlebars, scope: MessageScope): void {
  const helpers = offerHelpers(engine, scope);
  for (const name of Object.keys(helpers)) {
    const present: unknown = engine.helpers[name];
    if (present !== undefined) throw invalidInput(`Handlebars.helpers.${name}`, "no helper of that name yet", present);
  }
  engine.registerHelper(helpers as unknown as Handlebars.HelperDeclareSpec);
}

function offerHelpers(engine: typeof Handlebars, scope: MessageScope) {
  /** The message being rendered, also where a helper of the caller handed on data without it. */
  const renderingOf = (options: Options): Rendering | undefined => options.data?.[RENDERING] ?? scope.rendering;

  function knownRendering(name: string, options: Options): Rendering {
    const rendering = renderingOf(options);
    if (rendering === undefined) throw refusal(noMessage(name), options);
    const [argument] = Object.keys(options.hash);
    if (argument !== undefined) throw rendering.fail(refusal(unknownArgument(name, argument), options));
    return rendering;
  }

  function offerIdOf(name: string, rendering: Rendering, args: unknown[], options: Options): string {
    const [id] = args;
    if (typeof id === "string" && args.length === 1) return id;
    throw rendering.fail(refusal(notAnOfferId(name, args.length > 1 ? args : id), options));
  }

  /** `{{offerCode "vip20"}}`, also as a sub-expression. */
  function offerCode(this: unknown, ...args: unknown[]): string | null {
    const options = args.pop() as Options;
    const rendering = knownRendering("offerCode", options);
    return rendering.read(offerIdOf("offerCode", rendering, args, options)).code;
  }

  /** `{{#offer "vip20"}}..{{else}}..{{/offer}}`; without an id it means the message's offer. */
  function offer(this: unknown, ...args: unknown[]): unknown {
    const options = args.pop() as Options;
    const isOwn = args.length === 0 && renderingOf(options) === undefined && hasOffer(this, options.lookupProperty);
    if (isOwn) return section(this, options.lookupProperty(this, "offer"), options);
    const rendering = knownRendering(options.fn === undefined ? "offer" : "#offer", options);
    if (options.fn === undefined)
      throw rendering.fail(refusal('offer is a block: {{#offer "vip20"}}{{offer.code}}{{/offer}}', options));
    const id = args.length === 0 ? undefined : offerIdOf("#offer", rendering, args, options);
    const view = rendering.readIfAvailable(id);
    if (view === null) return options.inverse(this);
    const data = { ...options.data, [CURRENT_OFFER]: view };
    return rendering.within(view, () => options.fn(this, { data, blockParams: [view] }));
  }

  /**
   * What a path with `offer` means where data variables alone cannot tell. `parts` are the fields. `scope`: the context whose own `offer`
   * comes first. `here`: the context whose own `offer` is meant where no message is known. `root`: the message's offer is meant.
   */
  function readOffer(this: unknown, ...parts: unknown[]): unknown {
    const options = parts.pop() as Options;
    const { hash } = options;
    const rendering = renderingOf(options);
    if ("parameter" in hash) {
      if (rendering === undefined) return hash.parameter;
      throw rendering.fail(refusal(OFFER_PARAMETER, options));
    }
    const own = ownOffer(rendering, options);
    const value =
      own === undefined ? messageOffer(rendering, parts as string[], options) : readParts(own.offer, parts, options);
    const read = typeof value === "function" ? value.call(this) : value;
    return options.fn === undefined ? read : section(this, read, options);
  }

  function messageOffer(rendering: Rendering | undefined, parts: string[], options: Options): unknown {
    if (rendering === undefined) throw refusal(noMessage(["offer", ...parts].join(".")), options);
    const problem = misuse(parts, options);
    if (problem !== undefined) throw rendering.fail(problem);
    const { data, hash } = options;
    const current: unknown = hash.root ? rendering.offer : (data?.[CURRENT_OFFER] ?? rendering.current);
    const view = current instanceof OfferView ? current : rendering.read(undefined);
    return parts.length === 0 && view.code === null ? undefined : readParts(view, parts, options);
  }

  /** `{{#offer}}..{{/offer}}` over a value, as Handlebars has it; the value itself where it is no block. */
  function section(context: unknown, value: unknown, options: Options): unknown {
    const { blockHelperMissing } = engine.helpers;
    return options.fn === undefined
      ? value
      : (blockHelperMissing as Handlebars.HelperDelegate).call(context, value, options);
  }

  return { offer, offerCode, [READ_OFFER]: readOffer };
}

/** The data's own `offer` where the path means that. */
function ownOffer(rendering: Rendering | undefined, { hash, lookupProperty }: Options): { offer: unknown } | undefined {
  if (rendering !== undefined) {
    const offer = hash.scope == null ? undefined : lookupProperty(hash.scope, "offer");
    return offer == null ? undefined : { offer };
  }
  if (hash.own != null) return { offer: hash.own };
  const context = hash.scope ?? hash.here;
  return hasOffer(context, lookupProperty) ? { offer: lookupProperty(context, "offer") } : undefined;
}

function readParts(value: unknown, parts: unknown[], { lookupProperty }: Options): unknown {
  return parts.reduce((inner, part) => (inner == null ? inner : lookupProperty(inner, part as string)), value);
}

function hasOffer(context: unknown, lookupProperty: Lookup): boolean {
  if (context == null) return false;
  return Object.hasOwn(Object(context), "offer") || lookupProperty(context, "offer") != null;
}

/** Why a path that means the message's offer is refused. */
function misuse(parts: string[], options: Options): Error | undefined {
  if (parts.length > 0 && !isOfferField(parts[0])) return refusal(unknownField(parts[0]), options);
  if (options.hash.shown) return refusal(FIELD_MISSING, options);
  try {
    refuseOwnOffer(options.data?.root);
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

function refusal(text: string, { loc }: Options): OfferTemplateError {
  return new OfferTemplateError(text, loc && placeOf({ type: "", loc }));
}
