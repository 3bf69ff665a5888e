import type { Place } from "./template-error.js";

type Position = { line: number; column: number };

/** A node of a parsed Handlebars template. Lines count from 1, columns from 0. */
export type Node = {
  type: string;
  loc?: { source?: unknown; start: Position; end: Position };
  [field: string]: unknown;
};
export type Path = Node & { type: "PathExpression"; data: boolean; depth: number; parts: string[]; original: string };
export type Program = Node & { type: "Program"; body: Node[]; blockParams?: string[] };

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

export function isPath(value: unknown): value is Path {
  return isNode(value) && value.type === "PathExpression";
}

/** Where a node begins; line and column count from 1. */
export function placeOf(node: Node): Place | undefined {
  return node.loc && { line: node.loc.start.line, column: node.loc.start.column + 1 };
}

/** The location as a field to spread, absent where a hand-built tree has none. */
export function locOf(node: Node): Pick<Node, "loc"> {
  return node.loc === undefined ? {} : { loc: node.loc };
}

/** A copy of a node with each node in it replaced. `kept` fields stay as they are. */
export function mapInner(node: Node, replace: (inner: Node) => Node, kept: readonly string[] = []): Node {
  const copy: Node = { ...node };
  for (const [field, value] of Object.entries(node)) {
    if (kept.includes(field)) continue;
    if (Array.isArray(value)) copy[field] = value.map((each) => (isNode(each) ? replace(each) : each));
    else if (isNode(value)) copy[field] = replace(value);
  }
  return copy;
}

/** Visits every node, outer ones first. */
export function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const each of value) visit(each, see);
  else if (isNode(value)) {
    see(value);
    for (const inner of Object.values(value)) visit(inner, see);
  }
}
