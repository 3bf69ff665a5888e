import { StoreUnavailableError } from "../domain/errors.js";
import { followsSignUpOffer } from "../domain/message.js";
import type { UnixMs } from "../domain/units.js";
import type { Fault } from "./api.js";
import type { SubscriberEntry } from "./definition.js";
import type { Template } from "./folder.js";
import { countedSms, missingVariables } from "./message-preview.js";
import { whenOf } from "./previewer.js";
import type { Renderer } from "./render/renderer.js";
import { previewMessage, type Rendered, renderMessage, type Wanted } from "./rendering.js";
import { sourcesOf, typesOf, type Workspace } from "./workspace.js";

/**
 * What is wrong at one place. `templates`: those it was seen in, as a partial may be part of several; `template` is the first of them.
 * `who`: the messages it was seen in, or nothing where it is wrong for everybody.
 */
export type Finding = {
  level: "error" | "warning";
  template: string;
  file: string;
  line: number | null;
  column: number | null;
  message: string;
  templates: string[];
  who: string[];
};

/** `notSent`: messages that would stop because their offer has no code, which is what their offers say. */
export type CheckReport = { findings: Finding[]; messages: number; notSent: number };

export type CheckOptions = { maxSegments: number; at?: string | undefined };

/** Renders every template for every sample subscriber and type, and says what is wrong. Takes no code. */
export async function checkWorkspace(
  workspace: Workspace,
  renderer: Renderer,
  options: CheckOptions,
): Promise<CheckReport> {
  const findings = new Findings();
  const report = { messages: 0, notSent: 0 };
  for (const template of workspace.folder.templates) {
    for (const advice of adviceFor(template)) findings.add(advice);
    await checkOffer(workspace, template, findings);
    const { now } = await whenOf(workspace, template, options.at);
    for (const subscriber of workspace.folder.definition.subscribers) {
      for (const type of typesOf(template)) {
        const wanted = wantedOf(template, subscriber, type, now);
        const rendered = await renderMessage(workspace, renderer, wanted);
        report.messages += 1;
        if (rendered.stopped !== null) report.notSent += 1;
        await checkMessage(workspace, renderer, wanted, rendered, options, findings);
        if (rendered.limited) break;
      }
    }
  }
  return { findings: findings.all(), ...report };
}

async function checkOffer(workspace: Workspace, template: Template, findings: Findings): Promise<void> {
  const { offer } = template.entry;
  if (offer === undefined) return;
  const entry = await workspace.book.read(offer);
  if (entry.status === "unavailable") throw new StoreUnavailableError("the live store cannot be reached");
  if (entry.status === "unknown") findings.add(unknownOffer(template, offer));
}

async function checkMessage(
  workspace: Workspace,
  renderer: Renderer,
  wanted: Wanted,
  rendered: Rendered,
  { maxSegments }: CheckOptions,
  findings: Findings,
): Promise<void> {
  const { template, message } = wanted;
  const who = `${message.subscriberId}, ${message.type}`;
  for (const fault of rendered.faults) findings.add(fromFault(template, fault, "error"), who);
  for (const fault of rendered.warnings) findings.add(fromFault(template, fault, "warning"), who);
  for (const { resolution } of rendered.answers) {
    if (resolution.reason === "unknown-offer") findings.add(unknownOffer(template, resolution.offerId), who);
  }
  if (rendered.faults.length > 0 || rendered.stopped !== null) return;
  for (const fault of await missingVariables(workspace, renderer, wanted))
    findings.add(fromFault(template, fault, "error"), who);
  const most = template.entry.maxSegments ?? maxSegments;
  const sms = template.channel === "sms" ? await countedSms(workspace, renderer, wanted, rendered) : null;
  if (sms !== null && sms.segments > most) findings.add(tooLong(template, sms, most), who);
}

function wantedOf(
  template: Template,
  subscriber: SubscriberEntry,
  type: Wanted["message"]["type"],
  now: UnixMs,
): Wanted {
  return {
    template,
    message: previewMessage(template, subscriber.id, type),
    data: subscriber.data,
    moment: { now, suppositions: new Set() },
  };
}

type Bare = Omit<Finding, "templates" | "who">;

/** One finding for each place, however many templates and messages it shows up in. */
class Findings {
  readonly #byPlace = new Map<string, Finding>();

  add(finding: Bare, who?: string): void {
    const { template, ...place } = finding;
    const key = JSON.stringify(place);
    const known = this.#byPlace.get(key) ?? { ...finding, templates: [], who: [] };
    if (!known.templates.includes(template)) known.templates.push(template);
    if (who !== undefined && !known.who.includes(who)) known.who.push(who);
    this.#byPlace.set(key, known);
  }

  all(): Finding[] {
    return [...this.#byPlace.values()];
  }
}

function fromFault(template: Template, { part, file, line, column, message }: Fault, level: Finding["level"]): Bare {
  return { level, template: template.id, file: file ?? subjectPlace(template, part), line, column, message };
}

function unknownOffer(template: Template, offerId: string): Bare {
  const message = `there is no offer "${offerId}"`;
  return { level: "error", template: template.id, file: template.entry.file, line: null, column: null, message };
}

function tooLong(
  template: Template,
  sms: { segments: number; encoding: string; unicode: string[] },
  most: number,
): Bare {
  const why = sms.unicode.length > 0 ? ` (${sms.encoding}, because of ${sms.unicode.join(" ")})` : "";
  const message = `takes ${sms.segments} SMS segments${why}, at most ${most} are allowed`;
  return { level: "error", template: template.id, file: template.entry.file, line: null, column: null, message };
}

const MENTION = /\boffer\s*\.\s*code\b|\bofferCode\b|\boffer_code\b/g;
const ADVICE = "shows the sign-up offer's code even when it is redeemed or expired; better leave the code out of";

/** A message that follows the sign-up offer may show a redeemed code (docs/rules.md). In comments as well. */
function adviceFor(template: Template): Bare[] {
  const types = (template.entry.types ?? []).filter(followsSignUpOffer);
  if (types.length === 0) return [];
  return sourcesOf(template).flatMap(([part, { text, file }]) =>
    [...text.matchAll(MENTION)].map((mention): Bare => {
      const before = text.slice(0, mention.index).split("\n");
      return {
        level: "warning",
        template: template.id,
        file: file ?? subjectPlace(template, part),
        line: before.length,
        column: (before.at(-1) as string).length + 1,
        message: `${mention[0]} ${ADVICE} ${types.join(" and ")} messages${isInComment(text, mention.index) ? " (it stands in an HTML comment)" : ""}`,
      };
    }),
  );
}

function isInComment(text: string, at: number): boolean {
  return text.lastIndexOf("<!--", at) > text.lastIndexOf("-->", at);
}

/** A subject has no file of its own. */
function subjectPlace(template: Template, part: string): string {
  return `preview.json (${part} of ${template.id})`;
}
