// Renders templates in a thread of its own, which can be ended. It receives texts and data and requests offers from the other side.
import { parentPort } from "node:worker_threads";
import { LRUCache } from "lru-cache";
import { InvalidInputError, OfferTemplateError, OfferUnavailableError } from "../../domain/errors.js";
import type { Message } from "../../domain/message.js";
import type { Offer } from "../../domain/offer.js";
import type { Resolution } from "../../domain/resolution.js";
import type { Resolver } from "../../resolver/contract.js";
import { compilePart } from "./engines.js";
import { inspectHtml } from "./inspect.js";
import type { FromWorker, Limits, Part, PartError, RenderedPart, RenderJob, ToWorker } from "./protocol.js";

const LIQUID_LIMIT = /\blimit exceeded$/;

type Render = Awaited<ReturnType<typeof compilePart>>;

const compiled = new LRUCache<string, Promise<Render>>({ max: 50 });
const waiting = new Map<number, { resolve(resolution: Resolution): void; reject(error: Error): void }>();
const offers = new Map<string, Offer | undefined>();
let asked = 0;

const resolver = {
  resolve(_message: Message, offerId?: string): Promise<Resolution> {
    const ask = asked++;
    return new Promise((resolve, reject) => {
      waiting.set(ask, { resolve, reject });
      say({ type: "ask", ask, offerId });
    });
  },
  offer: (offerId: string) => offers.get(offerId),
} as unknown as Resolver;

parentPort?.on("message", (told: ToWorker) => {
  if (told.type === "render") void render(told.job, told.work, told.limits);
  else settle(told);
});
say({ type: "ready" });

async function render(job: number, work: RenderJob, limits: Limits): Promise<void> {
  const parts: RenderedPart[] = [];
  for (const part of work.parts) parts.push(await renderPart(part, work, limits));
  say({ type: "rendered", job, parts });
}

async function renderPart(part: Part, work: RenderJob, limits: Limits): Promise<RenderedPart> {
  const { name } = part;
  try {
    const draw = await compiledPart(part, work, limits);
    const text = await draw(work.data, work.message);
    if (text.length > limits.output) {
      return { name, error: errorOf("limit", `makes more than ${limits.output} characters`) };
    }
    return part.escape ? { name, text, html: await inspectHtml(text) } : { name, text };
  } catch (error) {
    return { name, error: partError(error) };
  }
}

function compiledPart(part: Part, { partials, strict = false }: RenderJob, limits: Limits): Promise<Render> {
  const key = JSON.stringify([part, partials[part.engine], strict]);
  let draw = compiled.get(key);
  if (draw === undefined) {
    draw = compilePart(part, partials, strict, limits, resolver);
    compiled.set(key, draw);
  }
  return draw;
}

function settle(told: Exclude<ToWorker, { type: "render" }>): void {
  const question = waiting.get(told.ask);
  waiting.delete(told.ask);
  if (told.type === "refused") question?.reject(new InvalidInputError(told.message));
  else {
    offers.set(told.resolution.offerId, told.offer);
    question?.resolve(told.resolution);
  }
}

function partError(error: unknown): PartError {
  if (error instanceof OfferUnavailableError) return errorOf("unavailable", error.message);
  if (error instanceof OfferTemplateError) {
    const { line = null, column = null } = error;
    const message = error.message.replace(/ \(line \d+, column \d+\)$/, "");
    return { ...errorOf(LIQUID_LIMIT.test(message) ? "limit" : "template", message), line, column };
  }
  if (error instanceof RangeError) return errorOf("limit", "calls itself without end");
  return errorOf("template", error instanceof Error ? error.message : String(error));
}

function errorOf(kind: PartError["kind"], message: string): PartError {
  return { kind, message, line: null, column: null };
}

function say(words: FromWorker): void {
  parentPort?.postMessage(words);
}
