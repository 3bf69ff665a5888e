import { OfferTemplateError } from "../src/internal.js";

/** A position in a template; line and column count from 1. */
export type Place = { line: number; column: number };

/** The parts of the Handlebars instance that its errors are recognized by. */
type HandlebarsErrors = {
  Exception: unknown;
  Parser?: { lexer?: { yylloc?: { first_line: number; first_column: number } } };
};

type LocatedError = Error & { lineNumber?: number; column?: number };

/** Handlebars' own error about a template that it was rendering. Errors that the caller's helpers throw stay as they are. */
export function handlebarsError(engine: HandlebarsErrors, error: unknown): unknown {
  if (!(error instanceof (engine.Exception as new () => Error))) return error;
  const { lineNumber, column } = error as LocatedError;
  const place = lineNumber === undefined ? undefined : { line: lineNumber, column: (column ?? 0) + 1 };
  return new OfferTemplateError(error.message.replace(/ - \d+:\d+$/, ""), place, { cause: error });
}

/** Handlebars' error about a template that it was parsing. The message names the line; the lexer's position is the column. */
export function handlebarsSyntaxError(engine: HandlebarsErrors, error: unknown): unknown {
  const [, line] = /on line (\d+)/.exec((error as Error).message) ?? [];
  if (line === undefined) return handlebarsError(engine, error);
  const at = engine.Parser?.lexer?.yylloc;
  const column = at?.first_line === Number(line) ? at.first_column + 1 : 1;
  return new OfferTemplateError((error as Error).message, { line: Number(line), column }, { cause: error });
}

/** The same error with the name of the partial whose lines it counts. */
export function inPartial(engine: HandlebarsErrors, error: unknown, partial: string): unknown {
  const named = handlebarsError(engine, error);
  if (!(named instanceof OfferTemplateError)) return error;
  const { line, column, cause } = named;
  const place = line === undefined || column === undefined ? undefined : { line, column };
  const text = named.message.replace(/ \(line \d+, column \d+\)$/, "");
  return new OfferTemplateError(`partial ${partial}: ${text}`, place, cause === undefined ? {} : { cause });
}

type LiquidError = Error & {
  originalError?: unknown;
  errors?: unknown[];
  token?: { file?: string; getPosition(): [number, number] };
};

/** LiquidJS's error about a template; any other error unchanged. */
export function liquidError(error: unknown): unknown {
  const { token, originalError, errors } = error as LiquidError;
  if (Array.isArray(errors) && errors.length > 0) return liquidError(errors[0]);
  if (typeof token?.getPosition !== "function") return error;
  const [line, column] = token.getPosition();
  const text = originalError instanceof Error ? originalError.message : (error as Error).message;
  const message = text.replace(/(, file:.*)?, line:\d+, col:\d+$/, "");
  const file = token.file === undefined ? "" : `${token.file}: `;
  return new OfferTemplateError(file + message, { line, column }, { cause: error });
}
