import type { Context, Emitter, Liquid, Template } from "liquidjs";
import type { OfferDropClass } from "./offer-drop.js";

/**
 * Renders outputs that show nothing but a field of a resolved offer at once. The engine itself needs a generator and a promise for each
 * step of `{{ offer.code }}`; it still renders unresolved offers, and an `offer` that means something else.
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

/** The expressions inside a tag. The engine has them for the analysis of templates; files that a tag names are not opened. */
export function innerTemplates(template: Template): Template[] {
  const inner = template.children?.(false, true) as unknown;
  if (inner === undefined || Array.isArray(inner)) return inner ?? [];
  const { done, value } = (inner as Generator<unknown, Template[]>).next();
  return done ? (value as Template[]) : [];
}
