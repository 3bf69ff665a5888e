import type { Message } from "../domain/message.js";
import type { UnixMs } from "../domain/units.js";
import { type Moment, type PreviewAnswer, previewAnswer } from "./answers.js";
import type { Draft, Fault, PartName } from "./api.js";
import type { Folder, Source, Template } from "./folder.js";
import type { Inspection } from "./render/inspect.js";
import type { Part, PartError, PartSource, RenderedPart } from "./render/protocol.js";
import type { Renderer } from "./render/renderer.js";
import { sourcesOf, type Workspace } from "./workspace.js";

/** A message that was rendered for a preview, with the offers it read, in the order in which it read them. */
export type Rendered = {
  parts: Partial<Record<PartName, string>>;
  /** What was found in the body of an email. */
  html: Inspection | null;
  faults: Fault[];
  /** What the data do not have, where gaps are looked for. */
  gaps: Fault[];
  /** What is rendered but hardly meant. */
  warnings: Fault[];
  /** Why the message would not leave although its template is sound. */
  stopped: string | null;
  limited: boolean;
  answers: PreviewAnswer[];
};

export type Wanted = {
  template: Template;
  message: Message;
  data: Record<string, unknown>;
  moment: Moment;
  draft?: Draft | undefined;
  findGaps?: boolean;
  only?: readonly PartName[];
  /** Aborts when nobody waits for the message any more. */
  signal?: AbortSignal | undefined;
  /** Stands in for every code that is shown, by offer. */
  codes?: (offerId: string) => string | null;
};

/** The message of a preview. Nobody else uses this id, so no code counts as claimed by it. */
export function previewMessage(template: Template, subscriberId: string, type: Message["type"]): Message {
  const { offer } = template.entry;
  return {
    id: "offer-code preview",
    type,
    channel: template.channel,
    subscriberId,
    ...(offer === undefined ? {} : { offerId: offer }),
  };
}

/** Renders one message from the book's answers. Takes no code. */
export async function renderMessage(workspace: Workspace, renderer: Renderer, wanted: Wanted): Promise<Rendered> {
  const { template, message, draft = {}, only } = wanted;
  const answers = new Map<string, PreviewAnswer>();
  const sources = sourcesOf(template).filter(([name]) => only?.includes(name) ?? true);
  const work = {
    parts: sources.map(([name, source]): Part => {
      const isHtml = name === "body" && template.channel === "email";
      const part = { name, ...partOf({ ...source, text: draft[name] ?? source.text }, isHtml) };
      const { layout } = template;
      return name === "body" && layout !== null
        ? { ...part, layout: { ...partOf(layout, isHtml), file: layout.file ?? "" } }
        : part;
    }),
    partials: workspace.folder.partials,
    setup: workspace.folder.setup,
    data: wanted.data,
    message,
    findGaps: wanted.findGaps ?? false,
  };
  const rendered = await renderer.render(
    work,
    async (offerId) => {
      const answer = await previewAnswer(workspace.book, message, offerId, wanted.moment);
      const { resolution, offer } = answer;
      answers.set(resolution.offerId, answer);
      const code = resolution.code === null ? null : (wanted.codes?.(resolution.offerId) ?? resolution.code);
      return { resolution: { ...resolution, code }, offer };
    },
    wanted.signal,
  );
  return { ...partsAndFaults(workspace.folder, template, rendered), answers: [...answers.values()] };
}

function partOf({ engine, text, mjml }: Source, isHtml: boolean): PartSource {
  return { engine, source: text, escape: isHtml, ...(mjml && { mjml }) };
}

function partsAndFaults(
  folder: Folder,
  template: Template,
  rendered: readonly RenderedPart[],
): Omit<Rendered, "answers"> {
  const sources = new Map(sourcesOf(template));
  const result: Omit<Rendered, "answers"> = {
    parts: {},
    html: null,
    faults: [],
    gaps: [],
    warnings: [],
    stopped: null,
    limited: false,
  };
  for (const part of rendered) {
    const fault = (error: PartError) => faultOf(folder, part.name, sources.get(part.name), error);
    if ("text" in part) {
      result.parts[part.name] = part.text;
      result.html ??= part.html ?? null;
      result.gaps.push(...part.gaps.map(fault));
      result.warnings.push(...part.warnings.map(fault));
      continue;
    }
    for (const error of part.errors) {
      if (error.kind === "unavailable") result.stopped ??= error.message;
      else result.faults.push(fault(error));
      result.limited ||= error.kind === "limit";
    }
  }
  return result;
}

/** The helpers name the partial of an error before its text. */
const IN_PARTIAL = /^(?:partial )?([^\s:]+?)(?:\.liquid)?: (.*)$/s;

function faultOf({ partialFiles }: Folder, part: PartName, source: Source | undefined, error: PartError): Fault {
  const { line, column } = error;
  const [, partial = "", text = ""] = IN_PARTIAL.exec(error.message) ?? [];
  const partialFile = source && partialFiles[source.engine][partial];
  const message = oneLine(partialFile === undefined ? error.message : text);
  return { part, file: partialFile ?? error.file ?? source?.file ?? null, message, line, column };
}

/** Handlebars draws an arrow under what it could not parse; line and column say the same. */
function oneLine(message: string): string {
  const lines = message.split("\n").filter((line) => !/^-*\^$/.test(line));
  return lines.join(" ").replace(/\s+/g, " ").trim();
}

/** The instant of a preview, and the zone in which its days are counted: that of the template's offer. */
export type When = { now: UnixMs; today: UnixMs; timeZone: string };
