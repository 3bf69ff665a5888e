import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal, server } from "./server.js";
import type { State } from "./state.js";
import { Choice } from "./tabs.js";
import type { Fault, MessageView, PartName, TemplateView, WorkspaceView } from "./types.js";
import type { Drafts, PartDraft } from "./unsaved.js";
import type { Preview } from "./use-preview.js";

type Properties = {
  preview: Preview;
  template: TemplateView;
  message: MessageView;
  state: State;
  drafts: Drafts[string] | undefined;
  edit: (part: PartName, draft: PartDraft | undefined) => void;
  saved: (part: PartName, text: string) => void;
  data: Record<string, unknown> | undefined;
  editData: (data: Record<string, unknown> | undefined) => void;
};

/** The template, or the subscriber's data, in an editor; what is typed shows at once and stays in this page until it is saved. */
export function Editing(properties: Properties) {
  return properties.state.view === "edit" ? <TemplateEditing {...properties} /> : <DataEditing {...properties} />;
}

const PART_NAMES: Record<PartName, string> = { subject: "Subject", body: "Body", text: "Plain text" };

function TemplateEditing({ preview, template, message, drafts, edit, saved }: Properties) {
  const parts = (["body", "subject", "text"] as const).filter((part) => template.sources[part] !== undefined);
  const [chosen, choose] = useState<PartName>("body");
  const part = parts.includes(chosen as never) ? chosen : "body";
  const source = template.sources[part];
  const [status, setStatus] = useState("");
  const file = source?.text ?? "";
  const draft = drafts?.[part];
  const text = draft?.text ?? file;
  const isConflict = draft !== undefined && draft.base !== file;

  async function save({ base }: PartDraft) {
    try {
      await server.save(template.id, part, text, base);
      await preview.reload();
      saved(part, text);
      setStatus("Saved");
    } catch (error) {
      if (error instanceof Refusal && error.status === 409) await preview.reload();
      setStatus(`Not saved: ${(error as Error).message}`);
    }
  }

  return (
    <div class="editing">
      <div class="tools">
        {parts.length > 1 && (
          <Choice
            label="Part"
            value={part}
            choices={parts.map((each) => [each, PART_NAMES[each]] as const)}
            choose={choose}
          />
        )}
        <span class="status" role="status">
          {isConflict ? "Not saved: the file has changed" : draft === undefined ? status : "Changed, not saved"}
        </span>
        <button type="button" disabled={draft === undefined} onClick={() => edit(part, undefined)}>
          Undo all
        </button>
        <button
          type="button"
          class="primary"
          disabled={draft === undefined || isConflict || source?.file === null}
          title={source?.file === null ? "The subject stands in preview.json" : `Writes ${source?.file}`}
          onClick={() => draft !== undefined && void save(draft)}
        >
          Save
        </button>
      </div>
      {isConflict && (
        <Conflict
          file={source?.file ?? "the file"}
          onDisk={file}
          takeFile={() => edit(part, undefined)}
          keepDraft={() => edit(part, { text, base: file })}
        />
      )}
      <Editor
        key={`${template.id} ${part}`}
        label={`${PART_NAMES[part]} of ${template.name}`}
        language={source?.engine ?? "handlebars"}
        text={text}
        faults={message.faults.filter((fault) => fault.part === part)}
        change={(typed) => edit(part, typed === file ? undefined : { text: typed, base: draft?.base ?? file })}
      />
    </div>
  );
}

type ConflictProperties = { file: string; onDisk: string; takeFile: () => void; keepDraft: () => void };

/** Somebody else changed the file while it was being edited here: both texts are in sight, and one of them is chosen. */
function Conflict({ file, onDisk, takeFile, keepDraft }: ConflictProperties) {
  return (
    <section class="conflict" aria-label="The file has changed">
      <p role="alert">{file} was changed on disk after you began to edit. Its text is below, yours is in the editor.</p>
      <textarea readOnly rows={8} spellcheck={false} aria-label={`${file} on disk`} value={onDisk} />
      <div class="tools">
        <button type="button" onClick={takeFile}>
          Take the file's text
        </button>
        <button type="button" onClick={keepDraft}>
          Keep mine
        </button>
      </div>
    </section>
  );
}

function DataEditing({ preview, state, data, editData }: Properties) {
  const subscriber = (preview.workspace as WorkspaceView).subscribers.find(({ id }) => id === state.subscriber);
  const original = JSON.stringify(subscriber?.data ?? {}, null, 2);
  const [text, setText] = useState(data === undefined ? original : JSON.stringify(data, null, 2));
  const [problem, setProblem] = useState("");

  function read(typed: string) {
    setText(typed);
    const parsed = objectFrom(typed);
    setProblem(parsed === null ? "This is no JSON object" : "offer" in parsed ? "offer means the message's offer" : "");
    if (parsed !== null && !("offer" in parsed)) editData(typed === original ? undefined : parsed);
  }

  return (
    <div class="editing">
      <div class="tools">
        <span class="status" role="status">
          {problem || (data === undefined ? "" : "Changed for this page only")}
        </span>
        <button type="button" disabled={text === original} onClick={() => read(original)}>
          Undo all
        </button>
      </div>
      <Editor
        key={state.subscriber}
        label={`Data of ${subscriber?.name}`}
        language="json"
        text={text}
        faults={[]}
        change={read}
      />
    </div>
  );
}

function objectFrom(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

type EditorProperties = {
  label: string;
  language: "handlebars" | "liquid" | "json";
  text: string;
  faults: Fault[];
  change: (text: string) => void;
};
type OpenEditor = Awaited<ReturnType<typeof import("./editor.js").openEditor>>;

/** The editor is fetched when it is first opened. */
function Editor({ label, language, text, faults, change }: EditorProperties) {
  const box = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<OpenEditor | null>(null);
  // Each change has a number. What is shown belongs to change `shown`, the editor is at change `typed`: as long as they differ, the text
  // handed in is an echo of what was typed a moment ago, and showing it would undo the keys since.
  const typed = useRef(0);
  const [shown, setShown] = useState(0);
  const onChange = useRef(change);
  onChange.current = change;

  function changed(text: string): void {
    typed.current += 1;
    setShown(typed.current);
    onChange.current(text);
  }

  useEffect(() => {
    let opened: OpenEditor | undefined;
    let isGone = false;
    void import("./editor.js").then(({ openEditor }) => {
      if (isGone || box.current === null) return;
      opened = openEditor({ parent: box.current, label, language, text, change: changed });
      setEditor(opened);
    });
    return () => {
      isGone = true;
      opened?.close();
    };
  }, []);

  useEffect(() => {
    if (shown === typed.current) editor?.showText(text);
  }, [editor, text, shown]);
  useEffect(() => editor?.showFaults(faults), [editor, JSON.stringify(faults)]);
  return <div class="editor" ref={box} />;
}
