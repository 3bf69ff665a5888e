import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal, server } from "./server.js";
import type { State } from "./state.js";
import { Choice } from "./tabs.js";
import type { Draft, Fault, MessageView, PartName, TemplateView, WorkspaceView } from "./types.js";
import type { Preview } from "./use-preview.js";

type Properties = {
  preview: Preview;
  template: TemplateView;
  message: MessageView;
  state: State;
  draft: Draft;
  edit: (part: PartName, text: string | undefined) => void;
  data: Record<string, unknown> | undefined;
  editData: (data: Record<string, unknown> | undefined) => void;
};

/** The template, or the subscriber's data, in an editor; what is typed shows at once and stays in this page until it is saved. */
export function Editing(properties: Properties) {
  return properties.state.view === "edit" ? <TemplateEditing {...properties} /> : <DataEditing {...properties} />;
}

const PART_NAMES: Record<PartName, string> = { subject: "Subject", body: "Body", text: "Plain text" };

function TemplateEditing({ template, message, draft, edit }: Properties) {
  const parts = (["body", "subject", "text"] as const).filter((part) => template.sources[part] !== undefined);
  const [chosen, choose] = useState<PartName>("body");
  const part = parts.includes(chosen as never) ? chosen : "body";
  const source = template.sources[part];
  const [said, say] = useState("");
  const text = draft[part] ?? source?.text ?? "";
  const isChanged = draft[part] !== undefined && draft[part] !== source?.text;

  async function save() {
    try {
      await server.save(template.id, part, text, source?.text ?? "");
      edit(part, undefined);
      say("Saved");
    } catch (error) {
      const isConflict = error instanceof Refusal && error.status === 409;
      say(
        isConflict ? "Not saved: the file was changed elsewhere meanwhile" : `Not saved: ${(error as Error).message}`,
      );
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
          {isChanged ? "Changed, not saved" : said}
        </span>
        <button type="button" disabled={!isChanged} onClick={() => edit(part, undefined)}>
          Undo all
        </button>
        <button
          type="button"
          class="primary"
          disabled={!isChanged || source?.file === null}
          title={source?.file === null ? "The subject stands in preview.json" : `Writes ${source?.file}`}
          onClick={() => void save()}
        >
          Save
        </button>
      </div>
      <Editor
        key={`${template.id} ${part}`}
        label={`${PART_NAMES[part]} of ${template.name}`}
        language={source?.engine ?? "handlebars"}
        text={text}
        faults={message.faults.filter((fault) => fault.part === part)}
        change={(typed) => edit(part, typed === source?.text ? undefined : typed)}
      />
    </div>
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
  const onChange = useRef(change);
  onChange.current = change;

  useEffect(() => {
    let opened: OpenEditor | undefined;
    let isGone = false;
    void import("./editor.js").then(({ openEditor }) => {
      if (isGone || box.current === null) return;
      opened = openEditor({ parent: box.current, label, language, text, change: (typed) => onChange.current(typed) });
      setEditor(opened);
    });
    return () => {
      isGone = true;
      opened?.close();
    };
  }, []);

  useEffect(() => editor?.showText(text), [editor, text]);
  useEffect(() => editor?.showFaults(faults), [editor, JSON.stringify(faults)]);
  return <div class="editor" ref={box} />;
}
