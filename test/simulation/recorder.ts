import { InvalidInputError } from "offer-code";
import type { Call, Operation, Outcome } from "./history.js";
import type { World } from "./world.js";

/** What a process sent before it ended can still arrive this much later: requests live no longer than they are waited for. */
export const LEFT_BEHIND = 4_000;

/** Writes the history down. */
export class Recorder {
  readonly operations: Operation[] = [];

  constructor(readonly world: World) {}

  /** Runs a call of a process and notes what came of it. */
  async note<Value>(
    process: string,
    call: Call,
    run: () => Promise<Value>,
    outcomeOf: (value: Value) => Outcome,
  ): Promise<Outcome> {
    const operation: Operation = {
      number: this.operations.length,
      process,
      call,
      invoked: this.world.now,
      completed: Number.POSITIVE_INFINITY,
      outcome: { status: "unknown", why: "its process ended" },
    };
    this.operations.push(operation);
    try {
      operation.outcome = outcomeOf(await run());
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      operation.outcome = { status: error instanceof InvalidInputError ? "failed" : "unknown", why };
    }
    operation.completed = this.world.now;
    return operation.outcome;
  }

  /** The process ended: what it had begun may come into effect for a while yet. */
  end(process: string): void {
    for (const operation of this.operations) {
      if (operation.process === process && operation.completed === Number.POSITIVE_INFINITY) {
        operation.completed = this.world.now + LEFT_BEHIND;
      }
    }
  }

  /** Whether one of these is under way, or was left so by a process that ended a short while ago. */
  isUnderWay(matches: (call: Call) => boolean): boolean {
    return this.operations.some(({ completed, call }) => completed > this.world.now && matches(call));
  }
}
