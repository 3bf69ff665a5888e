import { invalidInput } from "../domain/errors.js";
import { explain } from "../domain/explain.js";
import type { MessageType } from "../domain/message.js";
import type { PreviewAnswer } from "./answers.js";
import type { AnswerView, Cell, Matrix, Outcome, Question } from "./api.js";
import type { SubscriberEntry } from "./definition.js";
import type { Template } from "./folder.js";
import type { Renderer } from "./render/renderer.js";
import { previewMessage, type Rendered, renderMessage, type When } from "./rendering.js";
import { firstLine } from "./text.js";
import { instantAt, labelOf, outcomeOf, wallClock } from "./wording.js";
import { templateOf, typesOf, type Workspace } from "./workspace.js";

/** What every sample subscriber would get by every type of message. `signal`: nobody waits for it any more. */
export async function previewMatrix(
  workspace: Workspace,
  renderer: Renderer,
  question: Question,
  signal?: AbortSignal,
): Promise<Matrix> {
  const template = wantedTemplate(workspace, question.template);
  const when = await whenOf(workspace, template, question.at);
  const types = typesOf(template);
  const cells: Cell[] = [];
  let endless: Rendered | undefined;
  for (const subscriber of workspace.folder.definition.subscribers) {
    for (const type of types) {
      signal?.throwIfAborted();
      // A template that had to be ended once would only be ended again for everybody else.
      const rendered =
        endless ?? (await renderCell(workspace, renderer, question, template, subscriber, type, when, signal));
      if (rendered.limited) endless = rendered;
      cells.push(cellOf(subscriber.id, type, rendered));
    }
  }
  const { now, timeZone } = when;
  return { template: template.id, types, now, at: wallClock(now, timeZone), timeZone, cells };
}

function renderCell(
  workspace: Workspace,
  renderer: Renderer,
  { suppose = [], draft, edited }: Question,
  template: Template,
  subscriber: SubscriberEntry,
  type: MessageType,
  { now }: When,
  signal: AbortSignal | undefined,
): Promise<Rendered> {
  return renderMessage(workspace, renderer, {
    template,
    message: previewMessage(template, subscriber.id, type),
    data: edited?.[subscriber.id] ?? subscriber.data,
    moment: { now, suppositions: new Set(suppose) },
    draft,
    only: ["subject", "body"],
    signal,
  });
}

export function wantedTemplate(workspace: Workspace, id: string): Template {
  const template = templateOf(workspace, id);
  if (template === undefined) throw invalidInput("template", "the id of a template in preview.json", id);
  return template;
}

/** A moment is given by the wall clock of the offer's zone. While the store is unavailable the zone is unknown, so UTC is used. */
export async function whenOf(workspace: Workspace, template: Template, at: string | undefined): Promise<When> {
  const { offer } = template.entry;
  const entry = offer === undefined ? undefined : await workspace.book.read(offer);
  const timeZone = entry?.status === "known" ? entry.facts.state.offer.timeZone : "UTC";
  const today = workspace.today(timeZone);
  if (at === undefined) return { now: today, today, timeZone };
  try {
    return { now: instantAt(at, timeZone), today, timeZone };
  } catch {
    throw invalidInput("at", "a day and a time such as 2026-11-23T09:00", at);
  }
}

export function answerView({ resolution, offer }: PreviewAnswer): AnswerView {
  const timeZone = offer?.timeZone ?? "UTC";
  return {
    offerId: resolution.offerId,
    offerName: offer?.name ?? null,
    code: resolution.code,
    reason: resolution.reason,
    outcome: outcomeOf(resolution, offer),
    isSample: resolution.isSample,
    sentence: explain(resolution, { timeZone }),
    expiresAt: resolution.expiresAt?.getTime() ?? null,
    timeZone,
  };
}

/** What became of a message, and in two or three words why. */
export function verdictOf({ faults, stopped, answers }: Rendered): { outcome: Outcome; label: string } {
  if (faults.length > 0) return { outcome: "error", label: "template error" };
  const stopping = stopped === null ? undefined : answers.find(({ resolution }) => resolution.code === null);
  const answer = stopping ?? answers[0];
  if (stopped !== null && answer === undefined) return { outcome: "not-sent", label: "not sent" };
  if (answer === undefined) return { outcome: "no-offer", label: "shows no code" };
  return {
    outcome: stopped === null ? shownOutcome(answer) : "not-sent",
    label: labelOf(answer.resolution),
  };
}

/** A block or a condition answers a missing code itself, so the message leaves without it. */
function shownOutcome({ resolution, offer }: PreviewAnswer): Outcome {
  const outcome = outcomeOf(resolution, offer);
  return outcome === "not-sent" ? "omitted" : outcome;
}

function cellOf(subscriber: string, type: MessageType, rendered: Rendered): Cell {
  const [first] = rendered.answers;
  return {
    subscriber,
    type,
    ...verdictOf(rendered),
    answer: first === undefined ? null : answerView(first),
    more: Math.max(0, rendered.answers.length - 1),
    line: firstLine(rendered),
    fault: rendered.faults[0] ?? null,
  };
}
