import type Handlebars from "handlebars";
import type { Liquid } from "liquidjs";
import { isPath, type Node, type Path, placeOf, visit } from "../../../helpers/template-node.js";
import type { PartError } from "./protocol.js";

type Engine = typeof Handlebars;
type Named = { partial: string | null; line: number; column: number };

/** Several errors of one part at once. */
export class PartErrors extends Error {
  override name = "PartErrors";

  constructor(readonly errors: readonly PartError[]) {
    super(errors[0]?.message);
  }
}

const HINT = 'the module that "setup" names in preview.json can register it';
const MOST_NAMES = 100;

/**
 * Throws `PartErrors` for the helpers and partials that a template and its partials use and `engine` does not have. Returns
 * a warning for each block partial whose layout is missing: Handlebars shows the block instead, without a word.
 */
export function checkHandlebarsNames(engine: Engine, source: string): PartError[] {
  const errors: PartError[] = [];
  const warnings: PartError[] = [];
  const calls: (Named & { isBlock: boolean; name: string })[] = [];
  const inline = new Set<string>();
  eachText(source, (text, partial) => {
    const used: string[] = [];
    visit(parsed(engine, text), (node) => {
      const at = { partial, ...(placeOf(node) ?? { line: 1, column: 1 }) };
      const helper = helperOf(node);
      if (helper !== null && !Object.hasOwn(engine.helpers, helper)) errors.push(unknown("helper", helper, at));
      if (isInline(node)) inline.add(String((node.params as Node[])[0]?.value));
      const name = partialOf(node);
      if (name === null) return;
      used.push(name);
      calls.push({ ...at, name, isBlock: node.type === "PartialBlockStatement" });
    });
    return used.map((name) => [name, engine.partials[name]] as const);
  });
  for (const { isBlock, name, ...at } of calls) {
    if (Object.hasOwn(engine.partials, name) || inline.has(name)) continue;
    if (isBlock) warnings.push(errorAt(`there is no partial ${name}, so its block is shown instead`, at));
    else errors.push(errorAt(`there is no partial ${name}`, at));
  }
  if (errors.length > 0) throw new PartErrors(errors);
  return warnings;
}

/**
 * Throws `PartErrors` for the filters and tags that a template and its partials use and `engine` does not have. `engine` is
 * spoiled: what is missing is registered, so that parsing goes on to the next.
 */
export function checkLiquidNames(engine: Liquid, source: string, partials: Record<string, string>): void {
  const errors: PartError[] = [];
  const ends = new Set<string>();
  eachText(source, (text, partial) => {
    for (let count = 0; count < MOST_NAMES; count++) {
      const found = unknownIn(engine, text);
      if (found === null) break;
      const { kind, name, line, column } = found;
      if (kind === "filter") engine.registerFilter(name, (value: unknown) => value);
      else engine.registerTag(name, { render: () => "" });
      if (!ends.has(name)) errors.push(unknown(kind, name, { partial, line, column }));
      ends.add(`end${name}`);
    }
    return [...text.matchAll(PARTIAL_TAG)].map(([, name = ""]) => [name, partials[name]] as const);
  });
  if (errors.length > 0) throw new PartErrors(errors);
}

const PARTIAL_TAG = /{%-?\s*(?:render|include|layout)\s+["']([^"']+)["']/g;

/** Visits a template and each partial that it reaches, once. `see` returns the partials of one text. */
export function eachText(
  source: string,
  see: (text: string, partial: string | null) => readonly (readonly [string, unknown])[],
): void {
  const seen = new Set<string>();
  const waiting: { partial: string | null; text: string }[] = [{ partial: null, text: source }];
  for (const { partial, text } of waiting) {
    for (const [name, next] of see(text, partial)) {
      if (!seen.has(name) && typeof next === "string") waiting.push({ partial: name, text: next });
      seen.add(name);
    }
  }
}

export function errorAt(text: string, { partial, line, column }: Named): PartError {
  return { kind: "template", message: partial === null ? text : `partial ${partial}: ${text}`, line, column };
}

function unknown(kind: string, name: string, at: Named): PartError {
  return errorAt(`undefined ${kind}: ${name} (${HINT})`, at);
}

/** A text that does not parse is rejected by the compiler, in its own words. */
function parsed(engine: Engine, text: string): unknown {
  try {
    return engine.parseWithoutProcessing(text);
  } catch {
    return null;
  }
}

/** The helper that a node certainly calls: it has parameters, so it is no variable. */
function helperOf({ type, path, params, hash }: Node): string | null {
  if (!["MustacheStatement", "BlockStatement", "SubExpression"].includes(type) || !isPath(path)) return null;
  const hasParameters = (params as Node[]).length > 0 || hash !== undefined;
  return hasParameters && isName(path) ? (path.parts[0] ?? null) : null;
}

function isName({ data, depth, parts }: Path): boolean {
  return !data && depth === 0 && parts.length === 1;
}

function isInline({ type, path }: Node): boolean {
  return type === "DecoratorBlock" && isPath(path) && path.original === "inline";
}

/** The name of a partial that is called by its name. */
function partialOf({ type, name }: Node): string | null {
  if (!type.startsWith("Partial")) return null;
  return isPath(name) && !name.data ? name.original : null;
}

function unknownIn(engine: Liquid, text: string) {
  try {
    engine.parse(text);
    return null;
  } catch (error) {
    const { message, token } = error as Error & { token?: { getPosition(): [number, number] } };
    const [, filter, tag] = /undefined filter: ([^\s,]+)|tag "([^"]+)" not found/.exec(message) ?? [];
    const name = filter ?? tag;
    if (name === undefined || token === undefined) return null;
    const [line, column] = token.getPosition();
    return { kind: filter === undefined ? ("tag" as const) : ("filter" as const), name, line, column };
  }
}
