import type Handlebars from "handlebars";
import type { Liquid } from "liquidjs";
import { isPath, type Node, visit } from "../../../helpers/template-node.js";
import type { PartError } from "./protocol.js";
import { errorAt } from "./unknown-names.js";

/** The helper and the filter that note a gap. Nobody writes these names by accident. */
const MARK = "offerCodePreviewGap";

type Liquidjs = typeof import("liquidjs");
type Mark = { name: string; partial: string | null; line: number; column: number };
type Insertion = { at: number; text: string };

/**
 * Finds what leaves a gap in a message: a variable that is shown, or a list that is gone through without an `else`, which the data do
 * not have. Each of these places gets a mark in the source, which notes it when the place is reached. So a condition, a
 * section and a default guard what they guard in the engine itself.
 */
export class GapFinder {
  readonly #marks: Mark[] = [];
  readonly #found = new Set<number>();

  /** Before each rendering. */
  start(): void {
    this.#found.clear();
  }

  /** The gaps of the last rendering, in the order of the source. */
  gaps(): PartError[] {
    const places = [...this.#found].sort((one, other) => one - other);
    return places.map((place) => {
      const mark = this.#marks[place] as Mark;
      return errorAt(`${mark.name} is missing in this subscriber's data`, mark);
    });
  }

  registerHelper(engine: typeof Handlebars): void {
    engine.registerHelper(MARK, (value: unknown, place: number) => this.#note(value, place));
  }

  registerFilter(engine: Liquid): void {
    engine.registerFilter(MARK, (value: unknown, place: number, isSilent = false) => {
      this.#note(value, place);
      return isSilent ? "" : value;
    });
  }

  /** The source of a Handlebars template or partial with its marks. A text that does not parse stays as it is. */
  markHandlebars(engine: typeof Handlebars, text: string, partial: string | null): string {
    const starts = lineStarts(text);
    const offset = ({ line, column }: { line: number; column: number }) => (starts[line - 1] ?? 0) + column;
    const insertions: Insertion[] = [];
    const tree = quietly(() => engine.parseWithoutProcessing(text));
    visit(tree, (node) => {
      const path = shownPath(node, engine);
      if (path?.loc === undefined) return;
      const { start, end } = path.loc;
      const place = this.#mark({ name: String(path.original), partial, line: start.line, column: start.column + 1 });
      const isList = node.type === "BlockStatement";
      insertions.push({ at: offset(start), text: isList ? `(${MARK} ` : `${MARK} ` });
      insertions.push({ at: offset(end), text: isList ? ` ${place})` : ` ${place}` });
    });
    return inserted(text, insertions);
  }

  /** The same for Liquid. */
  markLiquid(liquidjs: Liquidjs, engine: Liquid, text: string, partial: string | null): string {
    const insertions: Insertion[] = [];
    const tokens = quietly(() => new liquidjs.Tokenizer(text).readTopLevelTokens(engine.options)) ?? [];
    const { outputDelimiterLeft: left, outputDelimiterRight: right } = engine.options;
    const mark = (name: string, at: number) => this.#mark({ name, partial, ...placeAt(text, at) });
    const withElse = loopsWithElse(tokens as unknown as LiquidToken[]);
    for (const token of tokens as unknown as LiquidToken[]) {
      if (token.kind === liquidjs.TokenKind.Output) {
        const [variable, filters] = quietly(() => shownVariable(liquidjs, engine, token)) ?? [];
        if (variable === undefined || filters?.includes("default")) continue;
        const name = text.slice(variable.begin, variable.end);
        if (isOffer(name)) continue;
        insertions.push({ at: variable.end, text: ` | ${MARK}: ${mark(name, variable.begin)}` });
      } else if (token.name === "for" && !withElse.has(token)) {
        const [, before = "", name] = LOOP.exec(text.slice(...token.contentRange)) ?? [];
        if (name === undefined || isOffer(name)) continue;
        const place = mark(name, token.contentRange[0] + before.length);
        insertions.push({ at: token.begin, text: `${left} ${name} | ${MARK}: ${place}, true ${right}` });
      }
    }
    return inserted(text, insertions);
  }

  #mark(mark: Mark): number {
    return this.#marks.push(mark) - 1;
  }

  #note(value: unknown, place: number): unknown {
    if (value === undefined) this.#found.add(place);
    return value;
  }
}

type LiquidToken = { kind: number; name?: string; begin: number; contentRange: [number, number] };
type LiquidVariable = { begin: number; end: number };

const LOOP = /^(for\s+[\w-]+\s+in\s+)([a-z_][\w.[\]"'-]*)/i;

function isOffer(name: string): boolean {
  return /^offer\b/.test(name);
}

/** The variable that an output shows, and the names of its filters. */
function shownVariable(liquidjs: Liquidjs, engine: Liquid, token: LiquidToken): [LiquidVariable | undefined, string[]] {
  const { input } = token as unknown as { input: string };
  const tokenizer = new liquidjs.Tokenizer(input, engine.options.operators, undefined, token.contentRange);
  const { initial, filters } = tokenizer.readFilteredValue();
  const [variable, ...more] = initial.postfix;
  const isVariable = more.length === 0 && variable?.kind === liquidjs.TokenKind.PropertyAccess;
  return [isVariable ? variable : undefined, filters.map(({ name }) => name)];
}

function loopsWithElse(tokens: readonly LiquidToken[]): Set<LiquidToken> {
  const found = new Set<LiquidToken>();
  const open: LiquidToken[] = [];
  for (const token of tokens) {
    const { name = "" } = token;
    if (["for", "tablerow", "if", "unless", "case", "offer"].includes(name)) open.push(token);
    else if (name === "else" && open.length > 0) found.add(open.at(-1) as LiquidToken);
    else if (name.startsWith("end")) open.pop();
  }
  return found;
}

/** The path whose value a node shows, or the list that it goes through without an `else`. */
function shownPath(node: Node, engine: typeof Handlebars): Node | null {
  const { type, path, params = [], hash, inverse } = node as Node & { params?: Node[] };
  if (!isPath(path)) return null;
  const isPlain = params.length === 0 && hash === undefined;
  const isList = type === "BlockStatement" && path.original === "each" && inverse == null;
  const shown = type === "MustacheStatement" && isPlain ? path : isList ? params[0] : undefined;
  if (!isPath(shown) || shown.data || shown.parts.length === 0 || shown.parts[0] === "offer") return null;
  return shown.parts.length === 1 && Object.hasOwn(engine.helpers, shown.parts[0] ?? "") ? null : shown;
}

/** Handlebars counts a line at each of these ends. */
function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n?|\n/g)].map((end) => end.index + end[0].length)];
}

function placeAt(text: string, at: number): { line: number; column: number } {
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length, column: (lines.at(-1) as string).length + 1 };
}

function inserted(text: string, insertions: readonly Insertion[]): string {
  const pieces: string[] = [];
  let copied = 0;
  for (const { at, text: piece } of [...insertions].sort((one, other) => one.at - other.at)) {
    pieces.push(text.slice(copied, at), piece);
    copied = at;
  }
  return pieces.join("") + text.slice(copied);
}

function quietly<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
