import { isPath, type Node, type Program, visit } from "./template-node.js";
import { isOfferPath } from "./template-tree.js";

/** What a template can reach. */
export type Reach = {
  /** It may name the message's own offer, or a partial may. */
  own: boolean;
  partials: boolean;
  /** It needs data variables: it may reach an offer, or a partial may. */
  data: boolean;
  /** The offers that rendering reads before anything can fail, in their order. `undefined`: the message's own. */
  certain: readonly (string | undefined)[];
};

type IsHelper = (name: string) => boolean;

const BUILT_IN_BLOCKS = new Set(["if", "unless", "with", "each"]);

/**
 * Reads a template before its paths are rewritten.
 *
 * An offer is certain if nothing before it can fail or skip it: then it can be resolved first, and the template
 * renders once. Text, plain variables and built-in blocks over them do not fail; helpers and partials may.
 */
export function reachOf(program: Program, isHelper: IsHelper, strict: boolean): Reach {
  let [own, offers, partials] = [false, false, false];
  visit(program, (node) => {
    if (node.type.startsWith("Partial")) partials = true;
    if (!isPath(node)) return;
    if (node.parts.includes("offer")) own = true;
    if (node.parts[0] === "offerCode") offers = true;
  });
  const certain = strict ? [] : certainOffers(program.body, isHelper);
  return { own: own || partials, partials, data: own || offers || partials, certain };
}

function certainOffers(statements: Node[], isHelper: IsHelper): (string | undefined)[] {
  const offers: (string | undefined)[] = [];
  for (const statement of statements) {
    const read = readFirst(statement);
    offers.push(...read);
    const onlyReads = read.length > 0 && statement.type === "MustacheStatement";
    if (!onlyReads && !cannotFail(statement, isHelper)) break;
  }
  return [...new Set(offers)];
}

/** What a statement always reads: what it shows, or what a built-in block tests. */
function readFirst(statement: Node): (string | undefined)[] {
  if (statement.type === "MustacheStatement") return readBy(statement.path, statement);
  return isBuiltInBlock(statement) ? (statement.params as Node[]).flatMap((param) => readBy(param, param)) : [];
}

/** `offer.code`, or `offerCode "vip20"` where it is written out. */
function readBy(path: unknown, call: Node): (string | undefined)[] {
  if (isPath(path) && isOfferPath(path)) return [undefined];
  if (!isPath(call.path) || call.path.original !== "offerCode") return [];
  const [param, ...more] = call.params as Node[];
  return param?.type === "StringLiteral" && more.length === 0 ? [String(param.value)] : [];
}

function cannotFail(statement: Node, isHelper: IsHelper): boolean {
  if (statement.type === "ContentStatement" || statement.type === "CommentStatement") return true;
  if (statement.type === "MustacheStatement") return isPlainVariable(statement, isHelper);
  if (!isBuiltInBlock(statement)) return false;
  const [param, ...more] = statement.params as Node[];
  if (!isPath(param) || more.length > 0) return false;
  const inner = [statement.program, statement.inverse].flatMap((part) => (part as Program | undefined)?.body ?? []);
  return inner.every((each) => cannotFail(each, isHelper));
}

function isPlainVariable({ path, params, hash }: Node, isHelper: IsHelper): boolean {
  if (!isPath(path) || isOfferPath(path) || (params as Node[]).length > 0 || hash !== undefined) return false;
  return path.parts.length !== 1 || !isHelper(path.parts[0] as string);
}

function isBuiltInBlock(node: Node): boolean {
  return node.type === "BlockStatement" && isPath(node.path) && BUILT_IN_BLOCKS.has(node.path.original);
}
