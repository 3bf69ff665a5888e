import type Handlebars from "handlebars";
import { registerOfferHelpers } from "../../../helpers/handlebars.js";
import { importPeer } from "../peer.js";
import type { CompiledPart, Compiling } from "./engines.js";
import { GapFinder } from "./gaps.js";
import { htmlOf } from "./mjml.js";
import { inSetup, type Setup } from "./setup.js";
import { checkHandlebarsNames } from "./unknown-names.js";

export async function compileHandlebars({ part, job, resolver }: Compiling, setup: Setup): Promise<CompiledPart> {
  const { default: handlebars } = await importPeer<{ default: typeof Handlebars }>("handlebars");
  const engine = handlebars.create();
  engine.registerPartial(job.partials.handlebars);
  await inSetup(job.setup, () => setup.handlebars?.(engine));
  const email = registerOfferHelpers(engine, resolver);
  const warnings = checkHandlebarsNames(engine, part.source);
  const finder = new GapFinder();
  const options = { noEscape: !part.escape, ...setup.handlebarsOptions };
  if (part.mjml !== undefined) email.compile(part.source, options); // an error of syntax has the place in the MJML
  const { html, errors } = await htmlOf(job.findGaps ? marked(engine, part.source, finder) : part.source, part.mjml);
  const template = email.compile(html, options);
  return {
    draw(data, message) {
      finder.start();
      return template(data, message);
    },
    gaps: () => finder.gaps(),
    warnings: [...warnings, ...errors],
  };
}

function marked(engine: typeof Handlebars, source: string, finder: GapFinder): string {
  finder.registerHelper(engine);
  for (const [name, text] of Object.entries(engine.partials)) {
    if (typeof text === "string") engine.registerPartial(name, finder.markHandlebars(engine, text, name));
  }
  return finder.markHandlebars(engine, source, null);
}
