import type { Message } from "../../domain/message.js";
import type { Resolver } from "../../resolver/contract.js";
import { compileHandlebars } from "./handlebars-part.js";
import { compileLiquid } from "./liquid-part.js";
import type { Limits, PartError, PartSource, RenderJob } from "./protocol.js";
import { loadSetup } from "./setup.js";

/** `gaps`: what the last `draw` left a gap for, where gaps are looked for. */
export type CompiledPart = {
  draw(data: Record<string, unknown>, message: Message): Promise<string>;
  gaps(): PartError[];
  readonly warnings: readonly PartError[];
};

export type Compiling = { part: PartSource; job: RenderJob; limits: Limits; resolver: Resolver };

/**
 * Compiles a part with the partials and the setup of its job. Each call makes an engine of its own, so that templates cannot change each
 * other's. Rejects with `PartErrors` or a `SetupError`, or with what the engine throws.
 */
export async function compilePart(compiling: Compiling): Promise<CompiledPart> {
  const setup = await loadSetup(compiling.job.setup);
  return compiling.part.engine === "liquid" ? compileLiquid(compiling, setup) : compileHandlebars(compiling, setup);
}
