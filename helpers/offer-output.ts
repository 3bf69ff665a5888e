import type { Context, Emitter, Liquid, Template } from "liquidjs";
import type { OfferDropClass } from "./offer-drop.js";

/**
 * Answers outputs that show nothing but a field of the offer at once. The engine itself takes a generator and a promise for each step
 * of `{{ offer.code }}`; that way is left to an offer that is not known yet, and to an `offer` that means something else.
 */
export function shortenOutputs(liquid: Liquid, templates: Template[], OfferDrop: OfferDropClass): void {
  if (liquid.options.outputEscape) return;
  for (const template of templates) {
    const field = fieldShownBy(template);
    if (field !== undefined) shorten(template, field, OfferDrop);
    else shortenOutputs(liquid, innerTemplates(template), OfferDrop);
  }
}

function shorten(template: Template, field: string, OfferDrop: OfferDropClass): void {
  const render = template.render.bind(template);
  template.render = (context: Context, emitter: Emitter) => {
    const offer = offerIn(context);
    if (!(offer instanceof OfferDrop) || offer.then !== undefined) return render(context, emitter);
    emitter.write(offer.liquidMethodMissing(field, context));
  };
}

function offerIn(context: Context): unknown {
  try {
    return context.getSync(["offer"]);
  } catch {
    return undefined;
  }
}

function fieldShownBy({ token }: Template): string | undefined {
  const { content, name } = token as { content?: string; name?: string };
  return name === undefined && content !== undefined ? /^offer\.(\w+)$/.exec(content)?.[1] : undefined;
}

/** What stands inside a tag. The engine offers it for the analysis of templates; files that a tag names are not opened. */
function innerTemplates(template: Template): Template[] {
  const inner = template.children?.(false, true) as unknown;
  if (inner === undefined || Array.isArray(inner)) return inner ?? [];
  const { done, value } = (inner as Generator<unknown, Template[]>).next();
  return done ? (value as Template[]) : [];
}
