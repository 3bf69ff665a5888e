import { useEffect, useState } from "preact/hooks";
import { Bar } from "./bar.js";
import { Detail } from "./detail.js";
import { MatrixTable } from "./matrix.js";
import { useAddress } from "./state.js";
import type { Draft, PartName } from "./types.js";
import { usePreview } from "./use-preview.js";
import { WhatIf } from "./what-if.js";

const NO_DRAFT: Draft = {};

export function App() {
  const [state, change] = useAddress();
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const [edited, setEdited] = useState<Record<string, Record<string, unknown>>>({});
  const draft = drafts[state.template] ?? NO_DRAFT;
  const preview = usePreview(state, draft, edited[state.subscriber]);
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

  function edit(part: PartName, text: string | undefined) {
    setDrafts((before) => ({ ...before, [state.template]: { ...before[state.template], [part]: text } }));
  }

  function editData(data: Record<string, unknown> | undefined) {
    setEdited(({ [state.subscriber]: _, ...others }) =>
      data === undefined ? others : { ...others, [state.subscriber]: data },
    );
  }

  if (workspace === null) return <Waiting problem={problem} />;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("message")?.focus()}>
        Skip to the message
      </button>
      <Bar workspace={workspace} state={state} change={change} matrix={matrix} draft={draft} />
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <WhatIf state={state} change={change} idle={preview.message?.idle ?? {}} />
      <main class="columns">
        <MatrixTable workspace={workspace} matrix={matrix} state={state} change={change} />
        <Detail
          preview={preview}
          template={template}
          state={state}
          change={change}
          draft={draft}
          edit={edit}
          data={edited[state.subscriber]}
          editData={editData}
        />
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
