import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import { StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";

/** Failures in a row after which no further call is sent, and for how long. */
const FAILURES = 5;
const PAUSE: Milliseconds = 500;

export type Breaker = { run<Reply>(call: () => Promise<Reply>): Promise<Reply> };

/**
 * Once Redis has failed several times in a row, further calls fail at once. Every half second one of them is sent to
 * find out whether Redis is back; the others do not wait for it.
 */
export function createBreaker(): Breaker {
  const policy = circuitBreaker(handleWhen(isUnavailable), {
    halfOpenAfter: PAUSE,
    breaker: new ConsecutiveBreaker(FAILURES),
  });
  return {
    async run(call) {
      if (policy.state === CircuitState.HalfOpen) throw brokenCircuit();
      try {
        return await policy.execute(call);
      } catch (error) {
        throw error instanceof BrokenCircuitError ? brokenCircuit() : error;
      }
    },
  };
}

/** A server that answers with an error (`OOM`, `READONLY`) is available and fast; so is one that was found unfit. */
function isUnavailable(error: Error): boolean {
  return error.name !== "ReplyError" && error.name !== "InvalidInputError";
}

function brokenCircuit(): StoreUnavailableError {
  return new StoreUnavailableError(
    `Redis failed ${FAILURES} times in a row or more: it is tried again within ${PAUSE} ms`,
  );
}
