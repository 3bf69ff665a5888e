// Renders templates in a thread of its own, which can be ended. It receives texts and data and requests offers from the other side.
import { parentPort } from "node:worker_threads";
import { LRUCache } from "lru-cache";
import { InvalidInputError, OfferTemplateError, OfferUnavailableError } from "../../domain/errors.js";
import type { Message } from "../../domain/message.js";
import type { Offer } from "../../domain/offer.js";
import type { Resolution } from "../../domain/resolution.js";
import type { Resolver } from "../../resolver/contract.js";
import { type CompiledPart, compilePart } from "./engines.js";
import { inspectHtml } from "./inspect.js";
import type {
  FromWorker,
  Limits,
  Part,
  PartError,
  PartSource,
  Phase,
  RenderedPart,
  RenderJob,
  ToWorker,
} from "./protocol.js";
import { SetupError } from "./setup.js";
import { PartErrors } from "./unknown-names.js";

const LIQUID_LIMIT = /\blimit exceeded$/;

const compiled = new LRUCache<string, Promise<CompiledPart>>({ max: 50 });
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
  for (const part of work.parts) parts.push(await renderPart(job, part, work, limits));
  say({ type: "rendered", job, parts });
}

async function renderPart(job: number, part: Part, work: RenderJob, limits: Limits): Promise<RenderedPart> {
  const { name } = part;
  const enter = (phase: Phase) => say({ type: "phase", job, phase });
  try {
    enter("compiling");
    const { layout, ...body } = part;
    const compiledBody = await compiledPart(body, work, limits);
    const compiledLayout = layout && (await inLayout(layout.file, () => compiledPart(layout, work, limits)));
    enter("rendering");
    const inner = await compiledBody.draw(work.data, work.message);
    const data = { ...work.data, body: inner, content_for_layout: inner };
    const draw = () => compiledLayout?.draw(data, work.message) ?? inner;
    const text = layout === undefined ? inner : await inLayout(layout.file, async () => draw());
    if (text.length > limits.output) {
      return { name, errors: [errorOf("limit", `makes more than ${limits.output} characters`)] };
    }
    const ofLayout = (errors: readonly PartError[] = []) =>
      errors.map((error) => ({ file: layout?.file ?? "", ...error }));
    const gaps = [...compiledBody.gaps(), ...ofLayout(compiledLayout?.gaps())];
    const warnings = [...compiledBody.warnings, ...ofLayout(compiledLayout?.warnings)];
    const rendered = { name, text, gaps, warnings };
    return part.escape ? { ...rendered, html: await inspectHtml(text) } : rendered;
  } catch (error) {
    return { name, errors: errorsOf(error) };
  }
}

/** Errors of a layout have its file. */
async function inLayout<Result>(file: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw new PartErrors(errorsOf(error).map((each) => ({ file, ...each })));
  }
}

function compiledPart(part: PartSource, job: RenderJob, limits: Limits): Promise<CompiledPart> {
  const key = JSON.stringify([part, job.partials[part.engine], job.setup, job.findGaps ?? false]);
  let one = compiled.get(key);
  if (one === undefined) {
    one = compilePart({ part, job, limits, resolver });
    compiled.set(key, one);
  }
  return one;
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

function errorsOf(error: unknown): readonly PartError[] {
  return error instanceof PartErrors ? error.errors : [partError(error)];
}

function partError(error: unknown): PartError {
  if (error instanceof SetupError) return error.error;
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
