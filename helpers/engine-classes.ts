import type { Context, Drop, Liquid, RenderOptions } from "liquidjs";

type Data = object | undefined;

export type DropClass = new () => Drop;
export type ContextClass = new (
  data: Data,
  options: Liquid["options"],
  renderOptions: RenderOptions,
  engine: { liquid: Liquid },
) => Context;

// The caller passes the engine, so its classes have to be that instance's own: an import could load another copy of LiquidJS.

/** The engine's `Drop`: the class that its literal `empty` extends. */
export function dropClassOf(liquid: Liquid): DropClass {
  const empty: object = liquid.evalValueSync("empty");
  return Object.getPrototypeOf(Object.getPrototypeOf(empty)).constructor;
}

/** The engine's `Context`, which it passes to a drop when it reads a field. */
export function contextClassOf(liquid: Liquid, Drop: DropClass): ContextClass {
  let found: unknown;
  class Probe extends Drop {
    override liquidMethodMissing(_field: string | number, context: Context): null {
      found = context.constructor;
      return null;
    }
  }
  liquid.evalValueSync("probe.field", { probe: new Probe() });
  return found as ContextClass;
}
