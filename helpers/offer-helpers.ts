import type Handlebars from "handlebars";
import { invalidInput, OfferTemplateError } from "../src/internal.js";
import { type Rendering, UnreadOffer } from "./rendering.js";
import { placeOf } from "./template-node.js";
import { CURRENT_OFFER, READ_OFFER, RENDERING } from "./template-tree.js";
import { isOfferField, notAnOfferId, type OfferView, unknownField } from "./view.js";

type Lookup = (parent: unknown, name: string) => unknown;
type Options = Handlebars.HelperOptions & {
  loc?: { start: { line: number; column: number }; end: { line: number; column: number } };
  lookupProperty: Lookup;
};

const HELPERS = { offer: offerBlock, offerCode, [READ_OFFER]: readOffer };

/** The names of the helpers, as Handlebars' `knownHelpers` lists them. */
export const KNOWN_HELPERS = Object.fromEntries(Object.keys(HELPERS).map((name) => [name, true]));

/** Gives the instance its helpers. A helper that the caller registered under one of their names is not overwritten. */
export function registerHelpers(engine: typeof Handlebars): void {
  for (const [name, helper] of Object.entries(HELPERS)) {
    const present: unknown = engine.helpers[name];
    if (present !== undefined && present !== helper)
      throw invalidInput(`Handlebars.helpers.${name}`, "no helper of that name yet", present);
    engine.registerHelper(name, helper as Handlebars.HelperDelegate);
  }
}

/** `{{offerCode "vip20"}}`, also as a sub-expression. */
function offerCode(this: unknown, ...args: unknown[]): string | null {
  const options = args.pop() as Options;
  const rendering = renderingOf("offerCode", options);
  return rendering.read(offerIdOf("offerCode", args, options)).code;
}

/** `{{#offer "vip20"}}..{{else}}..{{/offer}}`; without an id it means the message's offer. */
function offerBlock(this: unknown, ...args: unknown[]): unknown {
  const options = args.pop() as Options;
  if (options.fn === undefined) return notABlock(this, options);
  const rendering = renderingOf("#offer", options);
  const view = rendering.readIfAvailable(args.length === 0 ? undefined : offerIdOf("#offer", args, options));
  if (view === null) return options.inverse(this);
  return options.fn(this, { data: { ...options.data, [CURRENT_OFFER]: view }, blockParams: [view] });
}

/** In a template that knows no offers `{{offer}}` stays the data's own. */
function notABlock(context: unknown, options: Options): unknown {
  if (options.data?.[RENDERING] === undefined) return (context as { offer?: unknown } | null)?.offer;
  throw refusal('offer is a block: {{#offer "vip20"}}{{offer.code}}{{/offer}}', options);
}

/**
 * What a path with `offer` means where data variables alone cannot tell: `this.offer.code`, and `offer` as a parameter. `parts` are the
 * fields, `scope` is the context whose own `offer` comes first, `root` asks for the message's.
 */
function readOffer(this: unknown, ...args: unknown[]): unknown {
  const options = args.pop() as Options;
  const { hash, lookupProperty, data } = options;
  const rendering = renderingOf("offer", options);
  const read = (value: unknown, part: unknown) => (value == null ? value : lookupProperty(value, part as string));
  const own = hash.scope == null ? undefined : lookupProperty(hash.scope, "offer");
  if (own != null) return args.reduce(read, own);
  if (args.length > 0 && !isOfferField(args[0])) throw refusal(unknownField(args[0]), options);
  const offer: OfferView | UnreadOffer = hash.root ? rendering.offer : data[CURRENT_OFFER];
  const view = offer instanceof UnreadOffer ? offer.read() : offer;
  return args.length === 0 && view.code === null ? undefined : args.reduce(read, view);
}

function renderingOf(name: string, options: Options): Rendering {
  const rendering: Rendering | undefined = options.data?.[RENDERING];
  if (rendering !== undefined) return rendering;
  throw refusal(`${name} works only in a template that registerOfferHelpers(..).compile has compiled`, options);
}

function offerIdOf(name: string, args: unknown[], options: Options): string {
  const [id] = args;
  if (typeof id === "string" && args.length === 1) return id;
  throw refusal(notAnOfferId(name, args.length > 1 ? args : id), options);
}

function refusal(text: string, { loc }: Options): OfferTemplateError {
  return new OfferTemplateError(text, loc && placeOf({ type: "", loc }));
}
