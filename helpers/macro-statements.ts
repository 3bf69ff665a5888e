import { splitAtMacros } from "./macro.js";
import { mapInner, type Node, type Path, type Program } from "./template-node.js";

/**
 * A copy of a parsed Handlebars template in which each `<<offer.code>>` of its text is the statement `{{offer.code}}`,
 * at the same position. Comments, strings and raw blocks are not text.
 */
export function withMacros(program: Program): Program {
  return splitWithin(program) as Program;
}

function splitWithin(node: Node): Node {
  if (isRawBlock(node)) return node;
  const copy = mapInner(node, splitWithin);
  if (node.type === "Program") copy.body = (copy.body as Node[]).flatMap(splitText);
  return copy;
}

/** The parser leaves the strip flags of a raw block empty. */
function isRawBlock(node: Node): boolean {
  return node.type === "BlockStatement" && (node.openStrip as { open?: boolean } | undefined)?.open === undefined;
}

function splitText(node: Node): Node[] {
  if (node.type !== "ContentStatement" || typeof node.value !== "string" || !node.value.includes("<<")) return [node];
  const text = node.value;
  return splitAtMacros(text).map((piece) => {
    const loc = locationWithin(node, text.slice(0, piece.at), piece.text);
    if (piece.type === "text") return { ...node, value: piece.text, original: piece.text, ...loc };
    const path: Path = {
      type: "PathExpression",
      data: false,
      depth: 0,
      parts: piece.path.split("."),
      original: piece.path,
      ...loc,
    };
    return { type: "MustacheStatement", path, params: [], escaped: true, strip: { open: false, close: false }, ...loc };
  });
}

function locationWithin(node: Node, before: string, text: string): Pick<Node, "loc"> {
  if (node.loc === undefined) return {};
  const start = after(node.loc.start, before);
  return { loc: { ...node.loc, start, end: after(start, text) } };
}

function after(start: { line: number; column: number }, text: string): { line: number; column: number } {
  const lines = text.split("\n");
  const last = (lines.at(-1) as string).length;
  return { line: start.line + lines.length - 1, column: lines.length === 1 ? start.column + last : last };
}
