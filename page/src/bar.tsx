import { movedBy } from "./dates.js";
import { server } from "./server.js";
import type { Change, State, Theme } from "./state.js";
import type { Draft, Matrix, WorkspaceView } from "./types.js";
import type { EditedData } from "./unsaved.js";

type Properties = {
  workspace: WorkspaceView;
  state: State;
  change: Change;
  matrix: Matrix | null;
  draft: Draft;
  edited: EditedData;
};

/** Which template, on which day. */
export function Bar({ workspace, state, change, matrix, draft, edited }: Properties) {
  return (
    <header class="bar">
      <div class="brand">
        <h1>{workspace.name}</h1>
        <p>{workspace.live ? "Live store, read only" : "Sample data"}. No code is taken.</p>
      </div>
      <label class="field template">
        <span>Template</span>
        <select value={state.template} onChange={(event) => change({ template: event.currentTarget.value })}>
          {workspace.templates.map(({ id, name, channel }) => (
            <option key={id} value={id}>
              {name} ({channel === "sms" ? "SMS" : "email"})
            </option>
          ))}
        </select>
      </label>
      <When state={state} change={change} matrix={matrix} />
      <div class="actions">
        {workspace.live && (
          <button type="button" onClick={() => void server.refresh()}>
            Read again
          </button>
        )}
        <button type="button" onClick={() => void download(state, draft, edited)}>
          Export
        </button>
        <button
          type="button"
          aria-label={`Colours of this page: ${THEMES[state.theme]}`}
          onClick={() => change({ theme: nextTheme(state.theme) })}
        >
          {THEMES[state.theme]}
        </button>
      </div>
    </header>
  );
}

function When({ state, change, matrix }: Pick<Properties, "state" | "change" | "matrix">) {
  const at = state.at || matrix?.at || "";
  const move = (days: number) => () => at !== "" && change({ at: movedBy(at, days) });
  return (
    <div class="field when">
      <label for="at">As of {matrix !== null && `(${matrix.timeZone.replaceAll("_", " ")})`}</label>
      <div class="joined">
        <button type="button" aria-label="One day earlier" onClick={move(-1)}>
          ‹
        </button>
        <input
          id="at"
          type="datetime-local"
          value={at}
          onChange={(event) => change({ at: event.currentTarget.value })}
        />
        <button type="button" aria-label="One day later" onClick={move(1)}>
          ›
        </button>
        <button type="button" disabled={state.at === ""} onClick={() => change({ at: "" })}>
          Today
        </button>
      </div>
    </div>
  );
}

const THEMES: Record<Theme, string> = { auto: "Auto", light: "Light", dark: "Dark" };

function nextTheme(theme: Theme): Theme {
  const order: Theme[] = ["auto", "light", "dark"];
  return order[(order.indexOf(theme) + 1) % order.length] as Theme;
}

async function download({ template, at, suppose }: State, draft: Draft, edited: EditedData): Promise<void> {
  const { html } = await server.report({ template, at: at || undefined, suppose, draft, edited });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([html], { type: "text/html" }));
  link.download = `${template}.html`;
  link.click();
  URL.revokeObjectURL(link.href);
}
