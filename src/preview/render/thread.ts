import { Worker } from "node:worker_threads";
import type { Milliseconds } from "../../domain/units.js";
import type { FromWorker, Limits, Phase, RenderedPart, RenderJob, ToWorker } from "./protocol.js";
import type { Answerer } from "./renderer.js";

const START_LIMIT: Milliseconds = 20_000;
/** Loading an engine and the folder's own setup takes a while on a busy machine, but not for ever. */
const COMPILE_LIMIT: Milliseconds = 20_000;
/** Megabytes for the whole thread. */
const MEMORY = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
/** A rendering that nobody waits for may come to its end within this: a new thread would cost more. */
const GRACE: Milliseconds = 150;
const WORKER = new URL("./worker.js", import.meta.url);

/** Why a rendering did not come to its end. */
export type Ending = "compiling" | "time" | "memory" | "closed" | "abandoned";

/** A thread that renders one message at a time. After an ending it is of no more use. */
export class RenderThread {
  readonly #worker = new Worker(WORKER, { resourceLimits: MEMORY, env: {}, argv: [], execArgv: [], stdin: false });
  readonly #ready: Promise<void>;
  #jobs = 0;

  constructor() {
    this.#ready = started(this.#worker);
    this.#ready.catch(() => {});
    this.#worker.unref();
  }

  /** The parts, or why there are none. Rejects when the thread does not start. */
  async render(
    work: RenderJob,
    limits: Limits,
    answer: Answerer,
    signal: AbortSignal | undefined,
  ): Promise<RenderedPart[] | Ending> {
    await this.#ready;
    return signal?.aborted ? "abandoned" : this.#run(work, limits, answer, signal);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  /** The clock stops while an offer is looked up: a slow store is not the template's fault. */
  #run(
    work: RenderJob,
    limits: Limits,
    answer: Answerer,
    signal: AbortSignal | undefined,
  ): Promise<RenderedPart[] | Ending> {
    const worker = this.#worker;
    const job = this.#jobs++;
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout;
      let phase: Phase = "compiling";
      const startClock = () => {
        clearTimeout(timer);
        if (signal?.aborted) timer = setTimeout(() => finish("abandoned"), GRACE);
        else if (phase === "compiling") timer = setTimeout(() => finish("compiling"), COMPILE_LIMIT);
        else timer = setTimeout(() => finish("time"), limits.time);
      };
      const finish = (result: RenderedPart[] | Ending) => {
        clearTimeout(timer);
        worker.off("message", onMessage).off("error", onError).off("exit", onExit);
        signal?.removeEventListener("abort", startClock);
        resolve(result);
      };
      const onError = () => finish("memory");
      const onExit = () => finish("closed");
      const onMessage = (message: FromWorker) => {
        if (message.type === "rendered" && message.job === job) finish(message.parts);
        if (message.type === "phase" && message.job === job) {
          phase = message.phase;
          startClock();
        }
        if (message.type !== "ask") return;
        clearTimeout(timer);
        void answered(message.ask, message.offerId, answer).then((reply) => {
          startClock();
          worker.postMessage(reply);
        });
      };
      worker.on("message", onMessage).on("error", onError).on("exit", onExit);
      signal?.addEventListener("abort", startClock, { once: true });
      startClock();
      worker.postMessage({ type: "render", job, limits, work } satisfies ToWorker);
    });
  }
}

function started(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the rendering thread did not start")), START_LIMIT);
    const settle = (act: () => void) => () => {
      clearTimeout(late);
      act();
    };
    worker.once("message", settle(resolve));
    worker.once("error", (error) => settle(() => reject(error))());
  });
}

async function answered(ask: number, offerId: string | undefined, answer: Answerer): Promise<ToWorker> {
  try {
    const { resolution, offer } = await answer(offerId);
    return { type: "answer", ask, resolution, offer };
  } catch (error) {
    return { type: "refused", ask, message: error instanceof Error ? error.message : String(error) };
  }
}
