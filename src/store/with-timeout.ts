import type { Milliseconds } from "../domain/units.js";

/**
 * Resolves as `reply` does, or rejects with `late()` once `within` has passed. What becomes of `reply` later is ignored.
 *
 * A process that was busy finds timers due before it reads what has arrived meanwhile, so a late reply gets one more turn.
 */
export function withTimeout<Reply>(within: Milliseconds, late: () => Error, reply: Promise<Reply>): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(late())), within);
    reply.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
