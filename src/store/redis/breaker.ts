import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import { StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";

/** Failures in a row after which Redis is left alone, and for how long. */
const FAILURES = 5;
const PAUSE: Milliseconds = 500;

export type Breaker = { run<Reply>(ask: () => Promise<Reply>): Promise<Reply> };

/**
 * Once Redis has failed several times in a row, further questions fail at once. Every half second one of them is let
 * through to see whether it is back; the others do not wait for that.
 */
export function createBreaker(): Breaker {
  const policy = circuitBreaker(handleWhen(isUnavailable), {
    halfOpenAfter: PAUSE,
    breaker: new ConsecutiveBreaker(FAILURES),
  });
  return {
    async run(ask) {
      if (policy.state === CircuitState.HalfOpen) throw leftAlone();
      try {
        return await policy.execute(ask);
      } catch (error) {
        throw error instanceof BrokenCircuitError ? leftAlone() : error;
      }
    },
  };
}

/** A server that answers with an error (`OOM`, `READONLY`) is there, and it answers fast. */
function isUnavailable(error: Error): boolean {
  return error.name !== "ReplyError";
}

function leftAlone(): StoreUnavailableError {
  return new StoreUnavailableError(
    `Redis failed ${FAILURES} times in a row or more: it is asked again within ${PAUSE} ms`,
  );
}
