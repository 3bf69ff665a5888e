import type { Context, Emitter, Liquid, Parser, TagToken, Template, TopLevelToken } from "liquidjs";
import { OfferTemplateError, type Resolution } from "../src/internal.js";
import { preparedLiquid, renderingOf } from "./liquid-engine.js";
import type { Rendering } from "./rendering.js";
import { notAnOfferId } from "./view.js";

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
    const rendering = renderingOf("{% offer %}", context, this.liquid);
    const id = this.#id === "" ? undefined : offerId(yield this.liquid._evalValue(this.#id, context));
    const answer = context.sync ? rendering.resolved(id) : yield rendering.answer(id);
    if ((answer as Resolution).code === null)
      yield this.liquid.renderer.renderTemplates(this.#elseTemplates, context, emitter);
    else yield* this.#renderWith(rendering, id, context, emitter);
  }

  /** For the engine's own analysis of templates. */
  children(): Template[] {
    return [...this.#templates, ...this.#elseTemplates];
  }

  /** `offer` is this offer in the block, and through the globals also in what it includes with `render`. */
  *#renderWith(
    rendering: Rendering,
    id: string | undefined,
    context: Context,
    emitter: Emitter,
  ): Generator<unknown, void, unknown> {
    const { globals } = context;
    const { OfferDrop } = preparedLiquid(this.liquid);
    const scope = { offer: new OfferDrop(rendering, id) };
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

export function offerId(value: unknown): string {
  if (typeof value === "string") return value;
  throw new OfferTemplateError(notAnOfferId("offer", value));
}

function idOf({ tokenizer, args }: TagToken): string {
  if (args.trim() === "") return "";
  tokenizer.skipBlank();
  tokenizer.assert(tokenizer.readValue(), "expected the id of an offer");
  tokenizer.skipBlank();
  tokenizer.assert(tokenizer.end(), () => `unexpected ${tokenizer.snapshot()}`);
  return args;
}
