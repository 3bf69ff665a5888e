import { StoreUnavailableError } from "../../domain/errors.js";
import type { UnixMs } from "../../domain/units.js";
import type { Script } from "./lua.js";

/** Instants are kept in base 36: eight characters until the year 2059. */
export function instantText(at: UnixMs): string {
  return at.toString(36);
}

export function instant(text: string): UnixMs {
  return Number.parseInt(text, 36);
}

/** An integer that a script replies. A client with `stringNumbers` gives it as text. */
export function integerFrom(script: Script, reply: unknown): number {
  const number = typeof reply === "string" ? Number(reply) : reply;
  if (!Number.isInteger(number)) throw unexpectedReply(script, reply);
  return number as number;
}

/** Redis runs these very scripts, so a reply of another shape means that the data are not ours. */
export function unexpectedReply(script: Script, reply: unknown): Error {
  return new Error(`the script "${script.name}" gave an unexpected reply: ${JSON.stringify(reply)?.slice(0, 200)}`);
}

/** The server does not know the script by its digest (any more), and has not run it. */
export function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}

/** What has been drawn and what is counted as drawn do not fit, so the next codes of the pool may be somebody's already. */
export function recordsBroken(batch: string): StoreUnavailableError {
  const text = `the records of batch ${batch} do not fit its counter, so no code of it leaves the pool: run reconcile`;
  return new StoreUnavailableError(text);
}
