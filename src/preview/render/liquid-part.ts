import type { Liquid, LiquidOptions } from "liquidjs";
import { registerOfferFilters } from "../../../helpers/liquid.js";
import type { Resolver } from "../../resolver/contract.js";
import { importPeer } from "../peer.js";
import type { CompiledPart, Compiling } from "./engines.js";
import { GapFinder } from "./gaps.js";
import { htmlOf } from "./mjml.js";
import type { Limits, RenderJob } from "./protocol.js";
import { inSetup, type Setup } from "./setup.js";
import { checkLiquidNames } from "./unknown-names.js";

type Liquidjs = typeof import("liquidjs");

/** Bytes that one render may hold, as LiquidJS estimates them. */
const MEMORY = 50_000_000;
const LONGEST_TEMPLATE = 2_000_000;

export async function compileLiquid(compiling: Compiling, setup: Setup): Promise<CompiledPart> {
  const { part, job, limits, resolver } = compiling;
  const liquidjs = await importPeer<Liquidjs>("liquidjs");
  const create = async (partials: Record<string, string>) => {
    const engine = new liquidjs.Liquid({ ...setup.liquidOptions, ...optionsOf(partials, limits) });
    await inSetup(job.setup, () => setup.liquid?.(engine));
    return { engine, sms: offersOf(engine, resolver) };
  };
  const partials = job.partials.liquid;
  checkLiquidNames((await create(partials)).engine, part.source, partials);
  const finder = new GapFinder();
  const { engine: plain, sms: unmarked } = await create(partials);
  if (part.mjml !== undefined) unmarked.compile(part.source); // an error of syntax has the place in the MJML
  const mark = (text: string, name: string | null) =>
    job.findGaps ? finder.markLiquid(liquidjs, plain, text, name) : text;
  const marked = Object.fromEntries(Object.entries(partials).map(([name, text]) => [name, mark(text, name)]));
  const { engine, sms } = await create(marked);
  finder.registerFilter(engine);
  const { html, errors } = await htmlOf(mark(part.source, null), part.mjml);
  const template = sms.compile(html);
  return {
    draw(data, message) {
      finder.start();
      return template(data, message);
    },
    gaps: () => finder.gaps(),
    warnings: errors,
  };
}

function offersOf(engine: Liquid, resolver: Resolver) {
  return registerOfferFilters(engine, resolver);
}

/** Its files are the partials handed in: an include cannot reach the disk. Escaping is left to the template, as LiquidJS does. */
function optionsOf(partials: RenderJob["partials"]["liquid"], limits: Limits): LiquidOptions {
  const named = Object.entries(partials).flatMap(([name, text]) => [
    [name, text],
    [`${name}.liquid`, text],
  ]);
  return {
    templates: Object.fromEntries(named),
    // It names the place where its time was over, so its limit comes before that of the thread.
    renderLimit: limits.time / 2,
    parseLimit: LONGEST_TEMPLATE,
    memoryLimit: MEMORY,
    strictFilters: true,
  };
}
