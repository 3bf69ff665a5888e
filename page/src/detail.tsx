import { Editing } from "./editing.js";
import { Links } from "./links.js";
import { EmailView, SmsView } from "./message.js";
import { Badge } from "./outcomes.js";
import type { Change, State, View } from "./state.js";
import { Tabs } from "./tabs.js";
import { TimelinePicture } from "./timeline.js";
import type { MessageView, PartName, TemplateView } from "./types.js";
import type { Drafts, PartDraft } from "./unsaved.js";
import type { Preview } from "./use-preview.js";
import { WhyThisCode } from "./why.js";

type Properties = {
  preview: Preview;
  template: TemplateView | undefined;
  state: State;
  change: Change;
  drafts: Drafts[string] | undefined;
  edit: (part: PartName, draft: PartDraft | undefined) => void;
  saved: (part: PartName, text: string) => void;
  data: Record<string, unknown> | undefined;
  editData: (data: Record<string, unknown> | undefined) => void;
};

/** One message: what it shows, why, when that changes, and the message itself. */
export function Detail(properties: Properties) {
  const { preview, state, change, template } = properties;
  const { workspace, message, lastGood } = preview;
  const name = workspace?.subscribers.find(({ id }) => id === state.subscriber)?.name ?? state.subscriber;
  if (message === null || template === undefined)
    return <section class="detail" aria-busy="true" aria-label="Message" />;
  const shown = message.faults.length > 0 ? (lastGood ?? message) : message;
  const [why] = message.why;
  return (
    <section class="detail" id="message" tabIndex={-1} aria-labelledby="who" aria-busy={preview.busy}>
      <div class="heading">
        <h2 id="who">
          {name} <span>{message.type}</span>
        </h2>
        <Badge outcome={message.outcome} label={message.label} />
      </div>
      <Verdict message={message} />
      {why?.timeline && (
        <TimelinePicture timeline={why.timeline} timeZone={message.timeZone} travel={(at) => change({ at })} />
      )}
      <Tabs state={state} change={change} views={viewsFor(template)} />
      <Faults message={message} isStale={shown !== message} />
      {state.view === "edit" || state.view === "data" ? (
        <Editing {...properties} template={template} message={message} />
      ) : null}
      <Shown message={shown} state={state} change={change} />
      <WhyThisCode message={message} />
    </section>
  );
}

function viewsFor({ channel, sources }: TemplateView): View[] {
  return [
    "message",
    ...(sources.text ? (["text"] as const) : []),
    ...(channel === "email" ? (["source", "links"] as const) : []),
    "edit",
    "data",
  ];
}

function Verdict({ message }: { message: MessageView }) {
  const { outcome, why, sent } = message;
  const answer = message.why.find((each) => !sent && each.answer.code === null)?.answer ?? why[0]?.answer;
  const headline = outcome === "error" ? "Template error" : !sent ? "Not sent" : (answer?.code ?? "No code");
  return (
    <div class={`verdict ${outcome}`} aria-live="polite">
      <p class="code">
        {headline}
        {sent && answer?.isSample && <i class="tag">sample</i>}
      </p>
      <p class="sentence">
        {answer?.sentence ?? (outcome === "error" ? "The message cannot be rendered." : "This message shows no offer.")}
      </p>
      {message.why.slice(1).map(({ answer: other }) => (
        <p key={other.offerId} class="sentence other">
          {other.offerName ?? other.offerId}: {other.sentence}
        </p>
      ))}
    </div>
  );
}

function Faults({ message, isStale }: { message: MessageView; isStale: boolean }) {
  const faults = [...message.faults, ...message.missing];
  if (faults.length === 0) return null;
  return (
    <ul
      class={message.faults.length > 0 ? "faults" : "faults missing"}
      role={message.faults.length > 0 ? "alert" : "status"}
    >
      {faults.map((fault) => (
        <li key={`${fault.part}${fault.line}${fault.message}`}>
          <b>
            {fault.file ?? fault.part}
            {fault.line === null ? "" : `, line ${fault.line}, column ${fault.column}`}
          </b>{" "}
          {fault.message}
        </li>
      ))}
      {isStale && <li class="stale">Below is this message as it last was without an error.</li>}
    </ul>
  );
}

function Shown({ message, state, change }: { message: MessageView; state: State; change: Change }) {
  if (state.view === "links" && message.frames !== null) return <Links message={message} />;
  if (state.view === "source" || state.view === "text") {
    const text = state.view === "text" ? message.parts.text : message.parts.body;
    return (
      <textarea
        class="source"
        readOnly
        rows={24}
        spellcheck={false}
        aria-label={state.view === "text" ? "Plain text" : "Source"}
        value={text ?? ""}
      />
    );
  }
  return message.sms === null && message.frames !== null ? (
    <EmailView message={message} state={state} change={change} />
  ) : (
    <SmsView message={message} />
  );
}
