import type { History } from "../history.js";
import { checkConservation } from "./conservation.js";
import { checkHolders } from "./holders.js";
import { checkMessages } from "./messages.js";
import { Record } from "./record.js";
import { checkStaleness } from "./staleness.js";
import { checkValidity } from "./validity.js";

/**
 * - `two-holders`: a code was shown to two subscribers. `two-codes`: a message used up two codes. `parts-differ`: the parts of one delivery showed
 *   two codes. `first-changed`: two messages showed two first codes.
 * - `invalid-claim`: a code was given out that may not be given. `stale`: a code was shown longer after a change than the bound allows.
 * - `false-empty`: a message found no code though there was one.
 * - `code-in-two-offers`, `lost`, `miscounted`, `reconcile`: what the store has in the end does not fit what it answered.
 */
export type Kind =
  | "two-holders"
  | "two-codes"
  | "parts-differ"
  | "first-changed"
  | "invalid-claim"
  | "stale"
  | "false-empty"
  | "code-in-two-offers"
  | "lost"
  | "miscounted"
  | "reconcile";

export type Violation = { readonly kind: Kind; readonly detail: string };

/** What is wrong with a history. Knows the rules, and nothing of the code that keeps them. */
export function check(history: History): Violation[] {
  const record = new Record(history);
  const parts = [checkHolders, checkMessages, checkValidity, checkStaleness, checkConservation];
  return parts.flatMap((part) => part(record));
}
