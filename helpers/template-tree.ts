import { OfferTemplateError } from "../src/internal.js";
import { isNode, isPath, locOf, mapInner, type Node, type Path, type Program, placeOf } from "./template-node.js";
import { FIELD_MISSING, isOfferField, unknownField } from "./view.js";

/** The data variable that holds the offer which `offer` means at this place of the template. */
export const CURRENT_OFFER = "offer-code offer";
/** The data variable that holds the rendering: the message's own offer and whatever else is resolved. */
export const RENDERING = "offer-code rendering";
/** The helper that reads `offer` where no plain path can. Nobody writes this name by accident. */
export const READ_OFFER = "offer-code read";

/**
 * A copy of a parsed template in which every path that means an offer reads data variables instead of the context.
 * Handlebars hands these down to every depth and partial, so `offer.code` means the same inside loops, `with` and partials.
 *
 * - `offer.code`: the offer of the innermost `{{#offer}}` block, or else the message's.
 * - `offer` alone as a parameter: all of it, absent when there is no code. Shown alone it is refused.
 * - `@root.offer.code`: the message's.
 * - `this.offer.code`, `../offer.code`: the data's own `offer` at that place, or else as `offer.code`.
 * - A block parameter named `offer` hides the offer from plain paths.
 */
export function withOffers(program: Program): Program {
  return copyProgram(program, false);
}

/** Whether a path means the offer when no block parameter is in the way. */
export function isOfferPath(path: Path): boolean {
  return !path.data && path.depth === 0 && path.parts[0] === "offer" && !isScoped(path);
}

function copyProgram(program: Program, hidden: boolean): Program {
  const hiddenInside = hidden || (program.blockParams?.includes("offer") ?? false);
  return mapInner(program, (node) => copyNode(node, hiddenInside)) as Program;
}

function copyNode(node: Node, hidden: boolean): Node {
  if (node.type === "Program") return copyProgram(node as Program, hidden);
  if (isPath(node)) return asParameter(node, hidden);
  const { path } = node;
  if (node.type.startsWith("Partial")) refuseOfferParameter(node);
  // What is called is a name, not a value.
  const called = isPath(path) ? ["path"] : isPath(node.name) ? ["name"] : [];
  const copy = mapInner(node, (inner) => copyNode(inner, hidden), called);
  if (node.type === "MustacheStatement" && isPath(path)) return { ...copy, ...shown(path, hidden) };
  if (node.type === "BlockStatement" && isPath(path)) return { ...copy, path: asPlainPath(path, hidden) };
  return copy;
}

/** A path that is shown: `{{offer.code}}`. */
function shown(path: Path, hidden: boolean): { path: Path } {
  if (isScopedOffer(path)) return scopedRead(path);
  const plain = asPlainPath(path, hidden);
  if (plain === path && (isRootOffer(path) || (isOfferPath(path) && !hidden))) {
    throw new OfferTemplateError(FIELD_MISSING, placeOf(path));
  }
  return { path: plain };
}

/** A path as a parameter: here the whole offer may be meant as well. */
function asParameter(path: Path, hidden: boolean): Node {
  if (isScopedOffer(path)) return subExpression(path, scopedRead(path));
  if (isRootOffer(path) && path.parts.length === 2) return subExpression(path, rootRead(path));
  if (isOfferPath(path) && !hidden && path.parts.length === 1) return subExpression(path, call(path));
  return asPlainPath(path, hidden);
}

/** `offer.code` as a data path, any other path as it is. */
function asPlainPath(path: Path, hidden: boolean): Path {
  if (isRootOffer(path) && path.parts.length > 2) {
    return { ...path, depth: 0, parts: [RENDERING, "offer", ...fieldParts(path, 2)] };
  }
  if (!hidden && isOfferPath(path) && path.parts.length > 1) {
    return { ...path, data: true, parts: [CURRENT_OFFER, ...fieldParts(path, 1)] };
  }
  return path;
}

function fieldParts(path: Path, from: number): string[] {
  const parts = path.parts.slice(from);
  if (isOfferField(parts[0])) return parts;
  throw new OfferTemplateError(`${unknownField(parts[0])} (this.offer reads the data's own)`, placeOf(path));
}

function isScopedOffer(path: Path): boolean {
  return !path.data && path.parts[0] === "offer" && (path.depth > 0 || isScoped(path));
}

function isRootOffer(path: Path): boolean {
  return path.data && path.parts[0] === "root" && path.parts[1] === "offer";
}

function isScoped(path: Path): boolean {
  return /^(\.|this\b)/.test(path.original);
}

/** In the partial, `offer.code` would be the message's whatever the parameter says. */
function refuseOfferParameter(partial: Node): void {
  const pairs = isNode(partial.hash) ? (partial.hash.pairs as Node[]) : [];
  for (const pair of pairs) {
    const { key, value } = pair;
    if (key !== "offer" || (isPath(value) && isOfferPath(value) && value.parts.length === 1)) continue;
    throw new OfferTemplateError(
      "a partial's parameter cannot be named offer, which is an offer in every partial",
      placeOf(pair),
    );
  }
}

/** `(offer-code read "code" scope=..)` */
function scopedRead(path: Path): { path: Path; params: Node[]; hash: Node } {
  const scope: Path = { ...path, parts: [], original: path.depth > 0 ? ".." : "." };
  const params = path.parts
    .slice(1)
    .map((part) => ({ type: "StringLiteral", value: part, original: part, ...locOf(path) }));
  return { ...call(path), params, hash: hash(path, "scope", scope) };
}

/** `(offer-code read root=true)` */
function rootRead(path: Path): { path: Path; params: Node[]; hash: Node } {
  const value = { type: "BooleanLiteral", value: true, original: true, ...locOf(path) };
  return { ...call(path), hash: hash(path, "root", value) };
}

function call(at: Path): { path: Path; params: Node[] } {
  return { path: { ...at, data: false, depth: 0, parts: [READ_OFFER], original: READ_OFFER }, params: [] };
}

function hash(at: Node, key: string, value: Node): Node {
  return { type: "Hash", pairs: [{ type: "HashPair", key, value, ...locOf(at) }], ...locOf(at) };
}

function subExpression(at: Path, fields: { path: Path; params: Node[]; hash?: Node }): Node {
  return { type: "SubExpression", ...fields, ...locOf(at) };
}
