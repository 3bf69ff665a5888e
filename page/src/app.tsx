import { useEffect, useMemo } from "preact/hooks";
import { Bar } from "./bar.js";
import { Detail } from "./detail.js";
import { MatrixTable } from "./matrix.js";
import { useAddress } from "./state.js";
import { textsOf, useUnsaved } from "./unsaved.js";
import { usePreview } from "./use-preview.js";
import { WhatIf } from "./what-if.js";

export function App() {
  const [state, change] = useAddress();
  const unsaved = useUnsaved();
  const { drafts, edited } = unsaved;
  const draft = useMemo(() => textsOf(drafts[state.template]), [drafts, state.template]);
  const preview = usePreview(state, draft, edited);
  const { workspace, matrix, problem } = preview;
  const template = workspace?.templates.find(({ id }) => id === state.template);

  useEffect(() => {
    document.documentElement.dataset.theme = state.theme;
  }, [state.theme]);

  // What the address does not say, or what is no longer in the folder, becomes the first that is.
  useEffect(() => {
    if (workspace === null) return;
    const chosen = template ?? workspace.templates[0];
    const subscriber = workspace.subscribers.find(({ id }) => id === state.subscriber) ?? workspace.subscribers[0];
    const type = chosen?.types.find((each) => each === state.type) ?? chosen?.types[0];
    change({ template: chosen?.id ?? "", subscriber: subscriber?.id ?? "", type: type ?? "" });
  }, [workspace, state.template]);

  useEffect(() => {
    if (workspace !== null) document.title = `${template?.name ?? "Offer"} preview, ${workspace.name}`;
  }, [workspace, template]);

  if (workspace === null) return <Waiting problem={problem} />;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("message")?.focus()}>
        Skip to the message
      </button>
      <Bar workspace={workspace} state={state} change={change} matrix={matrix} draft={draft} edited={edited} />
      <main>
        {problem !== null && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {unsaved.restored && (
          <p class="notice" role="status">
            Changes that were not saved are back.{" "}
            <button type="button" onClick={unsaved.discard}>
              Discard them
            </button>
          </p>
        )}
        <WhatIf state={state} change={change} idle={preview.message?.idle ?? {}} />
        <div class="columns">
          <MatrixTable workspace={workspace} matrix={matrix} state={state} change={change} />
          <Detail
            preview={preview}
            template={template}
            state={state}
            change={change}
            drafts={drafts[state.template]}
            edit={(part, draft) => unsaved.edit(state.template, part, draft)}
            saved={(part, text) => unsaved.saved(state.template, part, text)}
            data={edited[state.subscriber]}
            editData={(data) => unsaved.editData(state.subscriber, data)}
          />
        </div>
      </main>
    </>
  );
}

function Waiting({ problem }: { problem: string | null }) {
  return (
    <main class="waiting">
      <h1>Offer preview</h1>
      <p role="status">{problem ?? "Reading the folder"}</p>
    </main>
  );
}
