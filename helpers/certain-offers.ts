import type { HelperState } from "./helper-table.js";
import { isPath, type Node, type Path, type Program, visit } from "./template-node.js";
import { isOfferPath } from "./template-tree.js";

type OfferId = string | undefined;

/** A variable that a template reads. `shown`: its value becomes text. */
type Variable = { parts: readonly string[]; shown: boolean };

/** An offer, and the variables that the template reads before it. */
type CertainOffer = { offerId: OfferId; after: readonly Variable[] };

/**
 * The offers that rendering reads before any code of the caller's can run: they can be resolved first, so that the template renders once,
 * and no code is taken by a render that fails before it shows it.
 *
 * Text, variables, and `if` and `unless` over them run no such code, unless the data has a function or an object where the variable is, or
 * the caller replaced what Handlebars calls for them. The template says which variables matter; the rest depends on the render.
 */
export class CertainOffers {
  readonly #offers: readonly CertainOffer[];
  readonly #ids: readonly OfferId[];
  /** What is read before the last of them. */
  readonly #after: readonly Variable[];

  constructor(program: Program, options: CompileOptions | undefined) {
    const mayThrow = options?.strict === true || options?.assumeObjects === true || hasDecorators(program);
    this.#offers = mayThrow ? [] : readCertain(program.body);
    this.#ids = this.#offers.map(({ offerId }) => offerId);
    this.#after = this.#offers.at(-1)?.after ?? [];
  }

  /** Those that are certain with this data and these helpers, in their order. */
  with(data: unknown, helpers: HelperState): readonly OfferId[] {
    if (!helpers.isOwn) return NONE;
    if (arePlain(this.#after, data, helpers)) return this.#ids;
    return this.#offers.filter(({ after }) => arePlain(after, data, helpers)).map(({ offerId }) => offerId);
  }
}

const NONE: readonly OfferId[] = [];

function readCertain(statements: Node[]): CertainOffer[] {
  const offers: CertainOffer[] = [];
  const after: Variable[] = [];
  for (const statement of statements) {
    const read = readFirst(statement);
    for (const offerId of read) {
      if (!offers.some((offer) => offer.offerId === offerId)) offers.push({ offerId, after: [...after] });
    }
    const onlyReads = read.length > 0 && statement.type === "MustacheStatement";
    const variables = onlyReads ? [] : variablesOf(statement);
    if (variables === undefined) break;
    after.push(...variables);
  }
  return offers;
}

const OWN_BLOCKS = new Set(["if", "unless", "with", "each"]);

/** What a statement always reads: what it shows, or what a block of Handlebars' own tests. */
function readFirst(statement: Node): OfferId[] {
  if (statement.type === "MustacheStatement") return readBy(statement.path, statement);
  const isOwnBlock =
    statement.type === "BlockStatement" && isPath(statement.path) && OWN_BLOCKS.has(statement.path.original);
  return isOwnBlock ? (statement.params as Node[]).flatMap((param) => readBy(param, param)) : [];
}

/** `offer.code`, or `offerCode "vip20"` where it is written out. */
function readBy(path: unknown, call: Node): OfferId[] {
  if (isPath(path) && isOfferPath(path)) return [undefined];
  if (!isPath(call.path) || call.path.original !== "offerCode") return [];
  const [param, ...more] = call.params as Node[];
  return param?.type === "StringLiteral" && more.length === 0 ? [String(param.value)] : [];
}

/** The variables of a statement that runs no code of the caller's where these are plain; `undefined` where it may run some. */
function variablesOf(statement: Node): Variable[] | undefined {
  if (statement.type === "ContentStatement" || statement.type === "CommentStatement") return [];
  const { path, params = [], hash } = statement as Node & { params?: Node[] };
  if (!isPath(path) || hash !== undefined) return undefined;
  if (statement.type === "MustacheStatement") return params.length === 0 ? variable(path, true) : undefined;
  const isTest = statement.type === "BlockStatement" && (path.original === "if" || path.original === "unless");
  const [param, ...more] = params;
  const tested = isTest && isPath(param) && more.length === 0 ? variable(param, false) : undefined;
  if (tested === undefined) return undefined;
  const inner = [statement.program, statement.inverse].flatMap((part) => (part as Program | undefined)?.body ?? []);
  return inner.reduce<Variable[] | undefined>((all, each) => joined(all, variablesOf(each)), tested);
}

function joined(all: Variable[] | undefined, more: Variable[] | undefined): Variable[] | undefined {
  return all && more && [...all, ...more];
}

function variable(path: Path, shown: boolean): Variable[] | undefined {
  return path.data || path.depth > 0 || isOfferPath(path) ? undefined : [{ parts: path.parts, shown }];
}

function arePlain(variables: readonly Variable[], data: unknown, helpers: HelperState): boolean {
  for (const variable of variables) if (!isPlain(variable, data, helpers)) return false;
  return true;
}

/** Whether reading the variable runs no code of the caller's. */
function isPlain({ parts, shown }: Variable, data: unknown, helpers: HelperState): boolean {
  if (parts.length === 1 && helpers.has(parts[0] as string)) return false;
  let value = data;
  try {
    for (const part of parts) {
      if (value === null || value === undefined) return true;
      if (typeof value === "function") return false;
      value = (value as Record<string, unknown>)[part];
    }
  } catch {
    return false;
  }
  return typeof value !== "function" && (!shown || typeof value !== "object" || value === null);
}

/** They run before the template does. */
function hasDecorators(program: Program): boolean {
  let found = false;
  visit(program, (node) => {
    const isInline = node.type === "DecoratorBlock" && isPath(node.path) && node.path.original === "inline";
    found ||= node.type.startsWith("Decorator") && !isInline;
  });
  return found;
}
