import { OfferTemplateError } from "../src/internal.js";
import { isNode, isPath, locOf, mapInner, type Node, type Path, type Program, placeOf } from "./template-node.js";
import { FIELD_MISSING, isOfferField, unknownField } from "./view.js";

/** The data variable that holds the offer which `offer` means at this place of the template. */
export const CURRENT_OFFER = "offer-code offer";
/** The data variable that holds the rendering: the message's own offer and whatever else is resolved. */
export const RENDERING = "offer-code rendering";
/** The helper that reads `offer` where no plain path can. Nobody writes this name by accident. */
export const READ_OFFER = "offer-code read";

/** The parts of Handlebars' options that change what a path means. */
type PathOptions = { strict?: boolean; assumeObjects?: boolean; compat?: boolean };

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
  return copyProgram(program, { hidden: false, anywhere: false, options: {} });
}

/**
 * The same for a template that may be rendered with or without a message: every path that means an offer calls a helper, which reads
 * the data's own `offer` where no message is known. `options` are those with which the template is compiled.
 */
export function withOffersAnywhere(program: Program, options: PathOptions): Program {
  return copyProgram(program, { hidden: false, anywhere: true, options });
}

/** Whether a path means the offer when no block parameter is in the way. */
export function isOfferPath(path: Path): boolean {
  return !path.data && path.depth === 0 && path.parts[0] === "offer" && !isScoped(path);
}

/** `hidden`: a block parameter is named `offer`. `anywhere`: no message may be known. */
type Place = { hidden: boolean; anywhere: boolean; options: PathOptions };

function copyProgram(program: Program, place: Place): Program {
  const inside = program.blockParams?.includes("offer") ? { ...place, hidden: true } : place;
  return mapInner(program, (node) => copyNode(node, inside)) as Program;
}

function copyNode(node: Node, place: Place): Node {
  if (node.type === "Program") return copyProgram(node as Program, place);
  if (isPath(node)) return asParameter(node, place);
  const { path } = node;
  if (node.type.startsWith("Partial") && !place.anywhere) refuseOfferParameter(node);
  if (node.type === "HashPair" && node.key === "offer" && place.anywhere) return offerParameter(node, place);
  // What is called is a name, not a value.
  const called = isPath(path) ? ["path"] : isPath(node.name) ? ["name"] : [];
  const copy = mapInner(node, (inner) => copyNode(inner, place), called);
  if (!isPath(path)) return copy;
  if (isCallOf(path, OFFER_HELPERS)) refuseHash(node, path);
  if (node.type === "MustacheStatement") return { ...copy, ...shown(path, place) };
  if (node.type === "BlockStatement") return { ...copy, ...tested(path, place) };
  return copy;
}

type Call = { path: Path; params: Node[]; hash?: Node };

/** A path that is shown: `{{offer.code}}`. */
function shown(path: Path, place: Place): Call | { path: Path } {
  const read = readBy(path, place);
  if (read !== undefined) return read.params.length > 0 ? read : shownAlone(path, read);
  const plain = asPlainPath(path, place);
  if (plain === path && !place.anywhere && isMeant(path, place)) {
    throw new OfferTemplateError(FIELD_MISSING, placeOf(path));
  }
  return { path: plain };
}

/** Whether `{{this.offer}}` is the data's own or the whole offer shows only when it is read. */
function shownAlone(path: Path, read: Call): Call {
  const pair = { type: "HashPair", key: "shown", value: truth(path), ...locOf(path) };
  return { ...read, hash: { ...(read.hash as Node), pairs: [...(read.hash?.pairs as Node[]), pair] } };
}

/** The path of a block: `{{#offer.code}}..{{/offer.code}}`. */
function tested(path: Path, place: Place): Call | { path: Path } {
  return readBy(path, place) ?? { path: asPlainPath(path, place) };
}

/** A path as a parameter: here the whole offer may be meant as well. */
function asParameter(path: Path, place: Place): Node {
  const read = readBy(path, place) ?? readWhole(path, place);
  return read === undefined ? asPlainPath(path, place) : { type: "SubExpression", ...read, ...locOf(path) };
}

/** The call of the helper that reads the path where a plain path cannot. */
function readBy(path: Path, place: Place): Call | undefined {
  if (isScopedOffer(path)) return scopedRead(path);
  if (isRootOffer(path)) return rootRead(path, place);
  if (!place.anywhere) return undefined;
  if (!isMeant(path, place) || path.parts.length === 1) return undefined;
  return call(path, path.parts.slice(1), here(path, place));
}

function readWhole(path: Path, place: Place): Call | undefined {
  if (!isMeant(path, place) || path.parts.length > 1) return undefined;
  return call(path, [], place.anywhere ? here(path, place) : {});
}

/** `offer.code` as a data path, any other path as it is. */
function asPlainPath(path: Path, place: Place): Path {
  if (place.anywhere) return path;
  if (isMeant(path, place) && path.parts.length > 1) {
    return { ...path, data: true, parts: [CURRENT_OFFER, ...fieldParts(path, 1)] };
  }
  return path;
}

function fieldParts(path: Path, from: number): string[] {
  const parts = path.parts.slice(from);
  if (isOfferField(parts[0])) return parts;
  throw new OfferTemplateError(`${unknownField(parts[0])} (this.offer reads the data's own)`, placeOf(path));
}

function isMeant(path: Path, place: Place): boolean {
  return !place.hidden && isOfferPath(path);
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

const OFFER_HELPERS = new Set(["offer", "offerCode"]);

function isCallOf(path: Path, names: ReadonlySet<string>): boolean {
  return !path.data && path.depth === 0 && path.parts.length === 1 && names.has(path.parts[0] as string);
}

/** `{{#offer list="vip20"}}` would be the message's own offer. */
function refuseHash(node: Node, { original }: Path): void {
  const [pair] = isNode(node.hash) ? (node.hash.pairs as Node[]) : [];
  if (pair !== undefined)
    throw new OfferTemplateError(unknownArgument(original, String(pair.key)), placeOf(pair) ?? placeOf(node));
}

export function unknownArgument(helper: string, name: string): string {
  return `${helper} has no argument "${name}": the id of the offer goes first, as in ${helper} "vip20"`;
}

export const OFFER_PARAMETER = "a partial's parameter cannot be named offer, which is an offer in every partial";

/** In the partial, `offer.code` would be the message's whatever the parameter says. */
function refuseOfferParameter(partial: Node): void {
  const pairs = isNode(partial.hash) ? (partial.hash.pairs as Node[]) : [];
  for (const pair of pairs) {
    const { key, value } = pair;
    if (key !== "offer" || (isPath(value) && isOfferPath(value) && value.parts.length === 1)) continue;
    throw new OfferTemplateError(OFFER_PARAMETER, placeOf(pair));
  }
}

/** The same where no message may be known: then the parameter is the caller's own affair, so the helper refuses it where one is. */
function offerParameter(pair: Node, place: Place): Node {
  const { value } = pair;
  const copy = copyNode(value as Node, place);
  if (isPath(value) && isOfferPath(value) && value.parts.length === 1) return { ...pair, value: copy };
  return { ...pair, value: { type: "SubExpression", ...call(pair, [], { parameter: copy }), ...locOf(pair) } };
}

/** `(offer-code read "code" scope=..)` */
function scopedRead(path: Path): Call {
  const scope = { ...path, parts: [], original: path.depth > 0 ? ".." : "." };
  return call(path, path.parts.slice(1), { scope });
}

/** `(offer-code read "code" root=true)` */
function rootRead(path: Path, { anywhere }: Place): Call {
  const root = { ...path, parts: ["root"], original: "@root" };
  const parts = anywhere || path.parts.length === 2 ? path.parts.slice(2) : fieldParts(path, 2);
  return call(path, parts, { root: truth(path), here: root });
}

/**
 * Where the data's own `offer` would be. `compat` looks for it at every depth, which only the engine can do; where it looks strictly, it
 * would throw for the lack of one.
 */
function here(path: Path, { options }: Place): Record<string, Node> {
  const scope = { ...path, parts: [], original: "." };
  if (!options.compat || options.strict || options.assumeObjects) return { here: scope };
  return { here: scope, own: { ...path, parts: ["offer"], original: "offer" } };
}

function truth(path: Path): Node {
  return { type: "BooleanLiteral", value: true, original: true, ...locOf(path) };
}

/** `(offer-code read "code" here=this)` */
function call(at: Node, parts: string[], hash: Record<string, Node>): Call {
  const path: Path = {
    type: "PathExpression",
    data: false,
    depth: 0,
    parts: [READ_OFFER],
    original: READ_OFFER,
    ...locOf(at),
  };
  const params = parts.map((value) => ({ type: "StringLiteral", value, original: value, ...locOf(at) }));
  const pairs = Object.entries(hash).map(([key, value]) => ({ type: "HashPair", key, value, ...locOf(at) }));
  return pairs.length === 0 ? { path, params } : { path, params, hash: { type: "Hash", pairs, ...locOf(at) } };
}
