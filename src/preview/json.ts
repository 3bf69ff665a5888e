import { InvalidInputError } from "../domain/errors.js";

/** Reads JSON that a person wrote. Throws an `InvalidInputError` with the file, the line and the column of what is wrong. */
export function parseJson(written: string, file: string): unknown {
  const text = written.replace(/^\uFEFF/, ""); // some editors of Windows begin a file with this mark
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const at = positionOf(text, message);
    const comma = /,\s*$/.exec(text.slice(0, at));
    const isComma = comma !== null && /[\]}]/.test(text[at] ?? "");
    const wrong = isComma ? `a comma before ${text[at]}` : message;
    const place = placeIn(text, isComma ? comma.index : at);
    throw new InvalidInputError(`${file}:${place}: expected JSON, but got: ${wrong}`, { cause: error });
  }
}

/** V8 names the position of some errors. That of an unexpected token is where the text stops being a beginning of JSON. */
function positionOf(text: string, message: string): number {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  if (!UNEXPECTED.test(message)) return text.length;
  let [before, after] = [0, text.length];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (hasUnexpected(text.slice(0, middle))) after = middle;
    else before = middle;
  }
  return before;
}

const UNEXPECTED = /^Unexpected token/;

function hasUnexpected(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return UNEXPECTED.test((error as Error).message);
  }
}

function placeIn(text: string, at: number): string {
  const lines = text.slice(0, at).split("\n");
  return `${lines.length}:${(lines.at(-1) as string).length + 1}`;
}
