import type { Offer } from "../../domain/offer.js";
import type { Resolution } from "../../domain/resolution.js";
import type { Milliseconds } from "../../domain/units.js";
import type { Limits, RenderedPart, RenderJob } from "./protocol.js";
import { type Ending, RenderThread } from "./thread.js";

/** Time for one message from one question to the next. */
const TIME_LIMIT: Milliseconds = 2000;
const LONGEST_OUTPUT = 2_000_000;
/** One may be lost in a template without end while the other goes on. */
const THREADS = 2;

/** Resolves the offers that a template reads while it renders. */
export type Answerer = (offerId: string | undefined) => Promise<{ resolution: Resolution; offer: Offer | undefined }>;

export type Renderer = {
  /**
   * Renders one message. A template that takes too long or too much is ended, and says so in its parts. `signal`: once nobody waits
   * for the message, it is not rendered, and a rendering under way is ended; either rejects with the signal's reason.
   */
  render(work: RenderJob, answer: Answerer, signal?: AbortSignal): Promise<RenderedPart[]>;
  close(): Promise<void>;
};

type Job = {
  work: RenderJob;
  answer: Answerer;
  signal: AbortSignal | undefined;
  resolve(parts: RenderedPart[]): void;
  reject(error: unknown): void;
};

/**
 * Renders messages in threads. JavaScript cannot be interrupted from inside, so a template without end costs its thread, and the next
 * message gets a new one. The newest job goes first: it is what somebody looks at now.
 */
export function createRenderer(limits: Partial<Limits> = {}): Renderer {
  const { time = TIME_LIMIT, output = LONGEST_OUTPUT } = limits;
  const threads = new Set<RenderThread>();
  const idle: RenderThread[] = [];
  let waiting: Job[] = [];
  let closed = false;

  function next(): void {
    while (waiting.length > 0) {
      const thread = idle.pop() ?? newThread();
      if (thread === undefined) return;
      void run(thread, waiting.pop() as Job);
    }
  }

  function newThread(): RenderThread | undefined {
    if (threads.size === THREADS) return undefined;
    const thread = new RenderThread();
    threads.add(thread);
    return thread;
  }

  async function run(thread: RenderThread, job: Job): Promise<void> {
    const { work, answer, signal } = job;
    try {
      const result = await thread.render(work, { time, output }, answer, signal);
      if (Array.isArray(result)) idle.push(thread);
      else await discard(thread);
      if (signal?.aborted) job.reject(signal.reason);
      else job.resolve(Array.isArray(result) ? result : endedParts(work, result, time));
    } catch (error) {
      await discard(thread);
      job.reject(error);
    }
    next();
  }

  async function discard(thread: RenderThread): Promise<void> {
    threads.delete(thread);
    await thread.end();
  }

  function drop(job: Job): void {
    if (!waiting.includes(job)) return;
    waiting = waiting.filter((each) => each !== job);
    job.reject(job.signal?.reason);
  }

  return {
    async render(work, answer, signal) {
      if (closed) throw new Error("the renderer is closed");
      signal?.throwIfAborted();
      let onAbort = () => {};
      const parts = new Promise<RenderedPart[]>((resolve, reject) => {
        const job: Job = { work, answer, signal, resolve, reject };
        onAbort = () => drop(job);
        signal?.addEventListener("abort", onAbort);
        waiting.push(job);
        next();
      });
      return parts.finally(() => signal?.removeEventListener("abort", onAbort));
    },
    async close() {
      closed = true;
      for (const { reject } of waiting.splice(0)) reject(new Error("the renderer is closed"));
      await Promise.all([...threads].map((thread) => thread.end()));
    },
  };
}

function endedParts(work: RenderJob, ending: Ending, time: Milliseconds): RenderedPart[] {
  const texts: Record<Ending, string> = {
    compiling: "could not be compiled in time and was ended",
    time: `took longer than ${time} ms and was ended`,
    memory: "needed too much memory and was ended",
    closed: "was ended",
    abandoned: "was ended, as nobody waited for it",
  };
  const error = { kind: "limit" as const, message: texts[ending], line: null, column: null };
  return work.parts.map(({ name }) => ({ name, errors: [error] }));
}
