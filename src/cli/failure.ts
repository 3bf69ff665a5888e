import { CommanderError } from "commander";
import { InvalidInputError, OfferTemplateError, StoreUnavailableError } from "../domain/errors.js";
import { MissingPackageError } from "../preview/peer.js";
import { EXIT } from "./exit-codes.js";

/** Says in one line what went wrong, and how the process ends. Commander has printed its own complaints already. */
export function failureOf(error: unknown): { line: string | null; exitCode: number } {
  if (error instanceof CommanderError)
    return { line: null, exitCode: error.exitCode === 0 ? EXIT.done : EXIT.wrongInput };
  const line = oneLine(error instanceof Error ? error.message : String(error));
  if (isWrongInput(error)) return { line, exitCode: EXIT.wrongInput };
  if (error instanceof StoreUnavailableError) return { line, exitCode: EXIT.storeUnavailable };
  return { line: `a bug in offer-code: ${line} (OFFER_CODE_DEBUG=1 shows where)`, exitCode: EXIT.fault };
}

export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}

function isWrongInput(error: unknown): boolean {
  return (
    error instanceof InvalidInputError ||
    error instanceof OfferTemplateError ||
    error instanceof MissingPackageError ||
    ["ENOENT", "EISDIR", "EACCES", "EADDRINUSE"].includes((error as NodeJS.ErrnoException).code ?? "")
  );
}
