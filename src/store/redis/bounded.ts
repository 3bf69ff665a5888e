import { StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";

/**
 * The reply, or an error once it is late: whatever the client does with a command, nobody waits for ever.
 *
 * A process that was busy finds timers due before it reads what has come in meanwhile, so a late reply gets one turn more.
 * The command itself cannot be recalled; what becomes of it later concerns nobody.
 */
export function bounded<Reply>(what: string, within: Milliseconds, reply: Promise<Reply>): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new StoreUnavailableError(`Redis did not answer "${what}" within ${within} ms`));
    const timer = setTimeout(() => setImmediate(late), within);
    reply.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
