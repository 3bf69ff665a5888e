import { StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";
import { withTimeout } from "../with-timeout.js";

/** The reply of Redis, or `StoreUnavailableError` once it is late, whatever the client does with the command. */
export function answerWithin<Reply>(what: string, within: Milliseconds, reply: Promise<Reply>): Promise<Reply> {
  const late = () => new StoreUnavailableError(`Redis did not answer "${what}" within ${within} ms`);
  return withTimeout(within, late, reply);
}
