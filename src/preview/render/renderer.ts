import { Worker } from "node:worker_threads";
import type { Offer } from "../../domain/offer.js";
import type { Resolution } from "../../domain/resolution.js";
import type { Milliseconds } from "../../domain/units.js";
import type { FromWorker, Limits, RenderedPart, RenderJob, ToWorker } from "./protocol.js";

/** Time for one message from one question to the next. Megabytes for the whole thread. */
const TIME_LIMIT: Milliseconds = 2000;
const START_LIMIT: Milliseconds = 20_000;
const MEMORY = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
const LONGEST_OUTPUT = 2_000_000;

/** Answers what a template asks for while it renders. */
export type Answerer = (offerId: string | undefined) => Promise<{ resolution: Resolution; offer: Offer | undefined }>;

export type Renderer = {
  /** Renders one message. A template that takes too long or too much is ended, and says so in its parts. */
  render(work: RenderJob, answer: Answerer): Promise<RenderedPart[]>;
  close(): Promise<void>;
};

type Ending = "time" | "memory" | "closed";
type Session = { worker: Worker; ready: Promise<void> };

/**
 * Renders messages one after the other in a worker thread. JavaScript cannot be interrupted from inside, so a template without end
 * costs its thread; the next message gets a new one.
 */
export function createRenderer(limits: Partial<Limits> = {}): Renderer {
  const { time = TIME_LIMIT, output = LONGEST_OUTPUT } = limits;
  let session: Session | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let jobs = 0;
  let closed = false;

  function open(): Session {
    const worker = new Worker(WORKER, { resourceLimits: MEMORY, env: {}, argv: [], execArgv: [], stdin: false });
    worker.setMaxListeners(0);
    const ready = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("the rendering thread did not start")), START_LIMIT);
      worker.once("message", () => {
        clearTimeout(late);
        resolve();
      });
      worker.once("error", (error) => {
        clearTimeout(late);
        reject(error);
      });
    });
    ready.catch(() => {});
    worker.unref();
    return { worker, ready };
  }

  async function end(): Promise<void> {
    const ending = session;
    session = undefined;
    await ending?.worker.terminate();
  }

  async function run(work: RenderJob, answer: Answerer): Promise<RenderedPart[]> {
    if (closed) throw new Error("the renderer is closed");
    session ??= open();
    const { worker, ready } = session;
    await ready;
    const result = await oneJob(worker, jobs++, work, { time, output }, answer);
    if (Array.isArray(result)) return result;
    await end();
    return work.parts.map(({ name }) => ({ name, error: endedError(result, time) }));
  }

  return {
    render(work, answer) {
      const result = last.then(() => run(work, answer));
      last = result.catch(() => {});
      return result;
    },
    async close() {
      closed = true;
      await end();
    },
  };
}

const WORKER = new URL("./worker.js", import.meta.url);

/** The clock stands still while an offer is being asked for: a slow store is not the template's fault. */
function oneJob(
  worker: Worker,
  job: number,
  work: RenderJob,
  limits: Limits,
  answer: Answerer,
): Promise<RenderedPart[] | Ending> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout;
    const wind = () => {
      clearTimeout(timer);
      timer = setTimeout(() => finish("time"), limits.time);
    };
    const finish = (result: RenderedPart[] | Ending) => {
      clearTimeout(timer);
      worker.off("message", hear).off("error", fail).off("exit", leave);
      resolve(result);
    };
    const fail = () => finish("memory");
    const leave = () => finish("closed");
    const hear = (said: FromWorker) => {
      if (said.type === "rendered" && said.job === job) finish(said.parts);
      if (said.type !== "ask") return;
      clearTimeout(timer);
      void answered(said.ask, said.offerId, answer).then((reply) => {
        wind();
        worker.postMessage(reply);
      });
    };
    worker.on("message", hear).on("error", fail).on("exit", leave);
    wind();
    worker.postMessage({ type: "render", job, limits, work } satisfies ToWorker);
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

function endedError(ending: Ending, time: Milliseconds) {
  const texts: Record<Ending, string> = {
    time: `took longer than ${time} ms and was ended`,
    memory: "needed too much memory and was ended",
    closed: "was ended",
  };
  return { kind: "limit" as const, message: texts[ending], line: null, column: null };
}
