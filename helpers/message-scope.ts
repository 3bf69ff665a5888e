import { AsyncLocalStorage } from "node:async_hooks";
import type { Message, Resolver } from "../src/internal.js";
import { watchPromises } from "./dropped-promises.js";
import { Rendering, render } from "./rendering.js";
import { checkRun } from "./wrong-calls.js";

/** The message that an engine is rendering, for code that is called without one. */
export class MessageScope {
  #drawing: Rendering | undefined;

  /** The rendering under way: of the template being drawn, or else of the `run` around it. */
  get rendering(): Rendering | undefined {
    return this.#drawing ?? runOf(this)?.rendering;
  }

  /** Until `leave`, which must be called synchronously, this rendering is under way. Returns what `leave` needs. */
  enter(rendering: Rendering | undefined): Rendering | undefined {
    const outer = this.#drawing;
    this.#drawing = rendering;
    return outer;
  }

  leave(outer: Rendering | undefined): void {
    this.#drawing = outer;
  }

  /** Calls `fn` until every offer that it reads is known, and resolves with what it returns. */
  async run<T>(resolver: Resolver, message: Message, fn: () => T | Promise<T>): Promise<T> {
    checkRun(message, fn);
    const run = new Run(this, new Rendering(resolver, message), RUNS.getStore());
    try {
      return await render(run.rendering, [], () => this.#start(run, fn));
    } finally {
      run.end();
    }
  }

  /** A template that is being drawn around it is another message's. */
  #start<T>(run: Run, fn: () => T): T {
    const outer = this.enter(undefined);
    try {
      return RUNS.run(run, fn);
    } finally {
      this.leave(outer);
    }
  }
}

const RUNS = new AsyncLocalStorage<Run>();

class Run {
  interrupted = false;
  #over = false;
  #unwatch: (() => void) | undefined;

  constructor(
    readonly scope: MessageScope,
    readonly rendering: Rendering,
    readonly outer: Run | undefined,
  ) {
    rendering.onInterrupt = () => this.#interrupt();
  }

  end(): void {
    this.#over = true;
    this.rendering.end();
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  #interrupt(): void {
    this.interrupted = true;
    this.#unwatch ??= watchPromises(isInterrupted);
    if (this.#over) this.end();
  }
}

function runOf(scope: MessageScope): Run | undefined {
  let run = RUNS.getStore();
  while (run !== undefined && run.scope !== scope) run = run.outer;
  return run;
}

/** Whether what happens right now belongs to a start that was cut short. */
function isInterrupted(): boolean {
  for (let run = RUNS.getStore(); run !== undefined; run = run.outer) if (run.interrupted) return true;
  return false;
}
