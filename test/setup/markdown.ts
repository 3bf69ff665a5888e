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

type Part = { readonly heading: true } | (CodeBlock & { readonly heading: false; readonly goesOn: boolean });

const OPENING = /^(?<indent>\s*(?:>\s?)?)(?<fence>`{3,}|~{3,})\s*(?<info>[^`]*)$/;
const GOES_ON = "<!-- continued -->";

/** The blocks in the order of the text. One that follows the comment `<!-- continued -->` is joined to the one before. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let mayBeOutput = false;
  for (const part of partsOf(markdown)) {
    if (part.heading) {
      mayBeOutput = false;
      continue;
    }
    const { heading: _, goesOn, ...block } = part;
    const last = blocks.at(-1);
    if (last && goesOn) blocks[blocks.length - 1] = { ...last, code: `${last.code}\n${block.code}` };
    else if (last && mayBeOutput && block.language === "text")
      blocks[blocks.length - 1] = { ...last, output: block.code };
    else blocks.push(block);
    mayBeOutput = block.language !== "text";
  }
  return blocks;
}

function* partsOf(markdown: string): Generator<Part> {
  const lines = markdown.split(/\r?\n/);
  let goesOn = false;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const opening = OPENING.exec(line)?.groups as { indent: string; fence: string; info: string } | undefined;
    if (opening) {
      const end = closingLine(lines, index + 1, opening.fence);
      const code = lines.slice(index + 1, end).map((text) => withoutIndent(text, opening.indent));
      const language = opening.info.trim().split(/[\s{]/)[0]!.toLowerCase();
      yield { heading: false, goesOn, language, code: code.join("\n"), line: index + 1 };
      goesOn = false;
      index = end;
    } else if (/^#{1,6}\s/.test(line)) yield { heading: true };
    else if (line.trim() === GOES_ON) goesOn = true;
  }
}

function closingLine(lines: readonly string[], start: number, fence: string): number {
  const closing = new RegExp(`^\\s*(?:>\\s?)?${fence[0]}{${fence.length},}\\s*$`);
  const end = lines.findIndex((line, index) => index >= start && closing.test(line));
  if (end < 0) throw new Error(`The block of line ${start} must be closed by ${fence}, but the text ends`);
  return end;
}

function withoutIndent(line: string, indent: string): string {
  if (line.startsWith(indent)) return line.slice(indent.length);
  return indent.startsWith(">") ? line.replace(/^>/, "") : line.trimStart();
}
