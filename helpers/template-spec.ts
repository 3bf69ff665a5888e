import { OfferTemplateError } from "../src/internal.js";
import type { Rendering } from "./rendering.js";
import { CURRENT_OFFER, RENDERING } from "./template-tree.js";
import { noMessage } from "./view.js";

/** A compiled template as Handlebars' `template` takes it: its programs by number, the outermost as `main`. */
export type Spec = { readonly [field: string]: unknown };

export type Data = Record<string, unknown> | undefined;

export type Container = {
  lookupProperty(parent: unknown, name: string): unknown;
  lookup(depths: unknown[], name: string): unknown;
  strict(parent: unknown, name: string, loc: unknown): unknown;
};

/** The code of a program. */
export type Run = (
  container: Container,
  context: unknown,
  helpers: unknown,
  partials: unknown,
  data: Data,
  blockParams: unknown,
  depths: unknown[] | undefined,
) => string;

export function programsOf(spec: Spec): Run[] {
  return Object.entries(spec).flatMap(([name, value]) => (isProgram(name, value) ? [value] : []));
}

export function mapPrograms(spec: Spec, replace: (run: Run) => Run): Spec {
  const entries = Object.entries(spec).map(([name, value]) => [name, isProgram(name, value) ? replace(value) : value]);
  return Object.fromEntries(entries);
}

/** The template with the message's data variables in each program, also where a helper handed on data without them. */
export function withFrames(spec: Spec, underWay: () => Rendering | undefined): Spec {
  return mapPrograms(spec, (run) => (container, context, helpers, partials, data, blockParams, depths) => {
    const framed = data?.[RENDERING] === undefined ? withMessage(data, underWay()) : data;
    return run(container, context, helpers, partials, framed, blockParams, depths);
  });
}

function withMessage(data: Data, rendering: Rendering | undefined): Data {
  if (rendering === undefined) return { ...data, [CURRENT_OFFER]: UNKNOWN };
  return { ...data, [CURRENT_OFFER]: rendering.current, [RENDERING]: rendering };
}

/** The offer where no message is known: reading a field of it is refused. */
const UNKNOWN = new Proxy(
  {},
  {
    get(_, field): never {
      throw new OfferTemplateError(noMessage(`offer.${String(field)}`));
    },
  },
);

function isProgram(name: string, value: unknown): value is Run {
  return typeof value === "function" && /^(main|\d+)$/.test(name);
}
