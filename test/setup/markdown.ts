import type { Code, Heading, Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";

/** A fenced block of code in a Markdown text. */
export type CodeBlock = {
  /** The first word behind the fence, in lower case; "" where there is none. */
  readonly language: string;
  readonly code: string;
  /** The line of its fence, from 1. */
  readonly line: number;
  /** What it prints, where the next block of its section is a `text` block. */
  readonly output?: string;
};

const CONTINUED = "<!-- continued -->";

/** The blocks in the order of the text. One that follows the comment `<!-- continued -->` is joined to the one before. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let [isContinued, mayBeOutput] = [false, false];
  for (const node of flat(fromMarkdown(markdown))) {
    if (node.type === "heading") mayBeOutput = false;
    if (node.type === "html" && node.value.trim() === CONTINUED) isContinued = true;
    const fence = node.type === "code" ? fenceOf(node, markdown) : undefined;
    if (node.type !== "code" || fence === undefined) continue;
    const block = toBlock(node, fence, markdown);
    const last = blocks.at(-1);
    if (last && isContinued) blocks.push({ ...blocks.pop()!, code: `${last.code}\n${block.code}` });
    else if (last && mayBeOutput && block.language === "text") blocks.push({ ...blocks.pop()!, output: block.code });
    else blocks.push(block);
    [isContinued, mayBeOutput] = [false, block.language !== "text"];
  }
  return blocks;
}

/** The addresses that a text links to, and of its pictures, in their order. */
export function linksOf(markdown: string): string[] {
  return [...flat(fromMarkdown(markdown))].flatMap((node) =>
    node.type === "link" || node.type === "image" || node.type === "definition" ? [node.url] : [],
  );
}

/** The names by which links reach the headings of a text, as GitHub makes them. */
export function anchorsOf(markdown: string): string[] {
  const headings = [...flat(fromMarkdown(markdown))].filter((node): node is Heading => node.type === "heading");
  return headings.map((heading) =>
    wordsOf(heading)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

function wordsOf(node: Nodes): string {
  if ("value" in node) return node.value;
  return "children" in node ? node.children.map(wordsOf).join("") : "";
}

function* flat(node: Nodes): Generator<Nodes> {
  yield node;
  if ("children" in node) for (const child of node.children) yield* flat(child);
}

/** The fence that opens a block; `undefined` for code that is only indented. */
function fenceOf({ position }: Code, markdown: string): string | undefined {
  return /^(?:`{3,}|~{3,})/.exec(markdown.slice(position!.start.offset))?.[0];
}

/** Markdown closes an open block where the text ends; here it is an error, as it hides what follows from the tests. */
function toBlock({ lang, value, position }: Code, fence: string, markdown: string): CodeBlock {
  const line = position!.start.line;
  const lastLine = markdown.slice(position!.start.offset, position!.end.offset).split("\n").slice(1).at(-1) ?? "";
  if (!lastLine.replace(/^[\s>]*/, "").startsWith(fence))
    throw new Error(`The block of line ${line} must be closed by ${fence}, but the text ends`);
  return { language: (lang ?? "").split("{")[0]!.toLowerCase(), code: value.replaceAll("\r\n", "\n"), line };
}
