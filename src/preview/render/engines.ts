import type Handlebars from "handlebars";
import type { Liquid, LiquidOptions } from "liquidjs";
import { registerOfferHelpers } from "../../../helpers/handlebars.js";
import { registerOfferFilters } from "../../../helpers/liquid.js";
import type { Message } from "../../domain/message.js";
import type { Resolver } from "../../resolver/contract.js";
import type { Partials } from "../folder.js";
import { importPeer } from "../peer.js";
import type { Limits, Part } from "./protocol.js";

/** Bytes that one Liquid render may hold, as LiquidJS estimates them. */
const LIQUID_MEMORY = 50_000_000;
const LONGEST_TEMPLATE = 2_000_000;

type Render = (data: Record<string, unknown>, message: Message) => Promise<string>;

/** Compiles a part with these partials. Each call makes an engine of its own, so that templates cannot change each other's. */
export async function compilePart(
  part: Part,
  partials: Partials,
  strict: boolean,
  limits: Limits,
  resolver: Resolver,
): Promise<Render> {
  return part.engine === "liquid"
    ? compileLiquid(part, partials, strict, limits, resolver)
    : compileHandlebars(part, partials, strict, resolver);
}

async function compileHandlebars(part: Part, partials: Partials, strict: boolean, resolver: Resolver): Promise<Render> {
  const { default: engine } = await importPeer<{ default: typeof Handlebars }>("handlebars");
  const own = engine.create();
  own.registerPartial(partials.handlebars);
  return registerOfferHelpers(own, resolver).compile(part.source, { noEscape: !part.escape, strict });
}

/** Its files are the partials handed in: an include cannot reach the disk. Escaping is left to the template, as LiquidJS does. */
async function compileLiquid(
  part: Part,
  partials: Partials,
  strict: boolean,
  limits: Limits,
  resolver: Resolver,
): Promise<Render> {
  const liquidjs = await importPeer<{ Liquid: new (options: LiquidOptions) => Liquid }>("liquidjs");
  const named = Object.entries(partials.liquid).flatMap(([name, text]) => [
    [name, text],
    [`${name}.liquid`, text],
  ]);
  const engine = new liquidjs.Liquid({
    templates: Object.fromEntries(named),
    // It reports where it was when its time was over, so it is queried before the thread ends.
    renderLimit: limits.time / 2,
    parseLimit: LONGEST_TEMPLATE,
    memoryLimit: LIQUID_MEMORY,
    strictVariables: strict,
    strictFilters: strict,
    lenientIf: true,
  });
  return registerOfferFilters(engine, resolver).compile(part.source);
}
