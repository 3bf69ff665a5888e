import { invalidInput } from "../domain/errors.js";
import type { Message } from "../domain/message.js";
import { expiryOf } from "../domain/window.js";
import type { PreviewAnswer } from "./answers.js";
import type { HistoryEntry, MessageQuestion, MessageView, Supposition, Why } from "./api.js";
import type { Frames } from "./frames.js";
import { answerView, verdictOf, wantedTemplate, whenOf } from "./previewer.js";
import type { Renderer } from "./render/renderer.js";
import { previewMessage, type Rendered, renderMessage, type Wanted, type When } from "./rendering.js";
import { smsOf } from "./sms.js";
import { stepsOf } from "./steps.js";
import { idleSuppositions } from "./suppose.js";
import { timelineOf } from "./timeline.js";
import { wallClock } from "./wording.js";
import type { Workspace } from "./workspace.js";

/** One message with everything there is to say about it. */
export async function previewMessageView(
  workspace: Workspace,
  renderer: Renderer,
  frames: Frames,
  question: MessageQuestion,
  signal?: AbortSignal,
): Promise<MessageView> {
  const template = wantedTemplate(workspace, question.template);
  const when = await whenOf(workspace, template, question.at);
  const wanted: Wanted = {
    template,
    message: previewMessage(template, question.subscriber, question.type),
    data: question.edited?.[question.subscriber] ?? dataOf(workspace, question.subscriber),
    moment: { now: when.now, suppositions: new Set(question.suppose ?? []) },
    draft: question.draft,
    signal,
  };
  const rendered = await renderMessage(workspace, renderer, wanted);
  const { answers } = rendered;
  const { html } = rendered;
  const sent = rendered.stopped === null && rendered.faults.length === 0;
  return {
    template: template.id,
    subscriber: question.subscriber,
    type: question.type,
    now: when.now,
    at: wallClock(when.now, when.timeZone),
    timeZone: when.timeZone,
    sent,
    ...verdictOf(rendered),
    parts: rendered.parts,
    frames: html === null ? null : frames.add(html.inert, question.images ?? false),
    hasRemoteImages: html?.remoteImages ?? false,
    links: html?.links ?? [],
    sms: template.channel === "sms" ? await countedSms(workspace, renderer, wanted, rendered) : null,
    faults: rendered.faults,
    missing: rendered.limited || !sent ? [] : await missingVariables(workspace, renderer, wanted),
    why: answers.map((answer) => whyOf(answer, wanted.message, when)),
    idle: idleFor(answers),
  };
}

/** Counted with the longest code that the pool has: the code of one subscriber may be shorter than that of the next. */
export async function countedSms(workspace: Workspace, renderer: Renderer, wanted: Wanted, rendered: Rendered) {
  if (rendered.parts.body === undefined) return null;
  const longest = (offerId: string) => {
    const shown = rendered.answers.find(({ resolution }) => resolution.offerId === offerId)?.resolution.code ?? "";
    const code = workspace.longestCode(offerId);
    return code !== null && code.length > shown.length ? code : null;
  };
  const codes = rendered.answers.map(({ resolution }) => longest(resolution.offerId)).filter((code) => code !== null);
  if (codes.length === 0) return smsOf(rendered.parts.body, null);
  const atLongest = await renderMessage(workspace, renderer, { ...wanted, codes: longest, only: ["body"] });
  return smsOf(atLongest.parts.body ?? rendered.parts.body, codes[0] ?? null);
}

/** The variables that a template shows and this subscriber's data do not have. */
export async function missingVariables(workspace: Workspace, renderer: Renderer, wanted: Wanted) {
  return (await renderMessage(workspace, renderer, { ...wanted, findGaps: true })).gaps;
}

function whyOf(answer: PreviewAnswer, message: Message, when: When): Why {
  const { later } = answer;
  return {
    answer: answerView(answer),
    steps: stepsOf(answer, message, when.now),
    history: historyOf(answer),
    timeline: later === undefined ? null : timelineOf(later, message, when.now, when.today),
  };
}

/** `null` where the store could not be read. */
function historyOf({ situation }: PreviewAnswer): HistoryEntry[] | null {
  if (situation === undefined) return null;
  const { state } = situation.facts;
  return (situation.holding ?? []).map((held) => {
    const ends = expiryOf(state, held);
    return {
      code: held.code,
      batch: state.batches[held.batch]?.id ?? null,
      issuedAt: held.issuedAt,
      redeemedAt: held.redeemedAt,
      expiresAt: Number.isFinite(ends) ? ends : null,
      supposed: held.messageId === "supposed",
    };
  });
}

function idleFor(answers: readonly PreviewAnswer[]): Partial<Record<Supposition, string>> {
  const [situation] = answers.flatMap((answer) => answer.situation ?? []);
  return situation === undefined ? {} : idleSuppositions(situation);
}

export function dataOf({ folder }: Workspace, subscriberId: string): Record<string, unknown> {
  const subscriber = folder.definition.subscribers.find(({ id }) => id === subscriberId);
  if (subscriber === undefined)
    throw invalidInput("subscriber", "the id of a subscriber in preview.json", subscriberId);
  return subscriber.data;
}
