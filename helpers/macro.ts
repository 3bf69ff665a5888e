/** `<<offer.code>>`: blanks beside the path are allowed; with anything else between the brackets it is plain text. */
const MACRO = String.raw`<<[ \t]*(offer\.[A-Za-z]\w*)[ \t]*>>`;

export type TextPiece =
  | { type: "text"; text: string; at: number }
  | { type: "macro"; path: string; text: string; at: number };

/** Splits the text of a template at its macros. `at` is where a piece begins. */
export function splitAtMacros(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(new RegExp(MACRO, "g"))) {
    if (match.index > at) pieces.push({ type: "text", text: text.slice(at, match.index), at });
    pieces.push({ type: "macro", path: match[1] as string, text: match[0], at: match.index });
    at = match.index + match[0].length;
  }
  if (at < text.length || pieces.length === 0) pieces.push({ type: "text", text: text.slice(at), at });
  return pieces;
}

/** The delimiters with which a Liquid instance marks tags and outputs. */
export type Delimiters = {
  tagDelimiterLeft: string;
  tagDelimiterRight: string;
  outputDelimiterLeft: string;
  outputDelimiterRight: string;
};

/**
 * Rewrites the macros of a Liquid template as outputs of the same length, so that lines and columns do not move.
 * Raw blocks and the inside of tags and outputs do not change.
 */
export function macroRewriter(delimiters: Delimiters): (template: string) => string {
  const [tag, endTag, output, endOutput] = [
    delimiters.tagDelimiterLeft,
    delimiters.tagDelimiterRight,
    delimiters.outputDelimiterLeft,
    delimiters.outputDelimiterRight,
  ].map(literally) as [string, string, string, string];
  const raw = `${tag}-?\\s*raw\\b[\\s\\S]*?${endTag}[\\s\\S]*?${tag}\\s*endraw\\b[\\s\\S]*?${endTag}`;
  const anyTag = `${tag}[\\s\\S]*?${endTag}`;
  const anyOutput = `${output}(?:"[^"]*"|'[^']*'|[^"'])*?${endOutput}`;
  const pattern = new RegExp(`${raw}|${anyTag}|${anyOutput}|${MACRO}`, "g");
  return (template) =>
    template.includes("<<")
      ? template.replace(pattern, (match: string, path: string | undefined) =>
          path === undefined
            ? match
            : delimiters.outputDelimiterLeft + match.slice(2, -2) + delimiters.outputDelimiterRight,
        )
      : template;
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
