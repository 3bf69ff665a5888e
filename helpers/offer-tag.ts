import type { Context, Emitter, Liquid, Parser, TagToken, Template, TopLevelToken } from "liquidjs";
import type { Resolution } from "../src/internal.js";
import { CANNOT_WAIT, type OfferDropClass } from "./offer-drop.js";
import type { MessageOffers, PendingOffer } from "./pending-offer.js";
import { notAnOfferId } from "./view.js";

/** The key of the message in the globals of a render. It is a symbol, so no template can name it. */
export const MESSAGE_OFFERS: unique symbol = Symbol("offer-code");

/** The offers of the message being rendered, for a tag or filter. */
export function messageOffers(where: string, context: Context): MessageOffers {
  const offers = (context.globals as { [MESSAGE_OFFERS]?: MessageOffers })[MESSAGE_OFFERS];
  if (offers === undefined)
    throw new Error(`${where} needs the message: render with { globals: sms.globals(message) }`);
  if (context.sync) throw new Error(CANNOT_WAIT);
  return offers;
}

/** `{% offer "vip20" %}..{% else %}..{% endoffer %}`; without an id it means the message's offer. */
export class OfferTag {
  readonly name = "offer";
  readonly #id: string;
  readonly #templates: Template[] = [];
  readonly #elseTemplates: Template[] = [];

  constructor(
    readonly token: TagToken,
    rest: TopLevelToken[],
    readonly liquid: Liquid,
    parser: Parser,
  ) {
    this.#id = idOf(token);
    let branch = this.#templates;
    const stream = parser
      .parseStream(rest)
      .on<Template>("template", (template) => branch.push(template))
      .on("tag:else", () => {
        branch = this.#elseTemplates;
      })
      .on("tag:endoffer", () => stream.stop())
      .on("end", () => {
        throw new Error(`tag ${token.getText()} not closed`);
      });
    stream.start();
  }

  *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const offers = messageOffers("{% offer %}", context);
    const offer = this.#id === "" ? offers.own : offers.named(offerId(yield this.liquid._evalValue(this.#id, context)));
    const { code } = (offer.known() ?? (yield offer.ask())) as Resolution;
    if (code === null) yield this.liquid.renderer.renderTemplates(this.#elseTemplates, context, emitter);
    else yield* this.#renderWith(offer, context, emitter);
  }

  /** For the engine's own analysis of templates. */
  children(): Template[] {
    return [...this.#templates, ...this.#elseTemplates];
  }

  /** `offer` is this offer in the block, and through the globals also in what it includes with `render`. */
  *#renderWith(offer: PendingOffer, context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const { globals } = context;
    const scope = { offer: new (dropClasses.get(this.liquid) as OfferDropClass)(offer) };
    context.globals = { ...globals, ...scope };
    context.push(scope);
    try {
      yield this.liquid.renderer.renderTemplates(this.#templates, context, emitter);
    } finally {
      context.pop();
      context.globals = globals;
    }
  }
}

/** The drop class of each instance with registered filters. */
export const dropClasses = new WeakMap<Liquid, OfferDropClass>();

export function offerId(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Error(notAnOfferId("offer", value));
}

function idOf({ tokenizer, args }: TagToken): string {
  if (args.trim() === "") return "";
  tokenizer.skipBlank();
  tokenizer.assert(tokenizer.readValue(), "expected the id of an offer");
  tokenizer.skipBlank();
  tokenizer.assert(tokenizer.end(), () => `unexpected ${tokenizer.snapshot()}`);
  return args;
}
