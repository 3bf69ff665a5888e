import type { Change, State, View } from "./state.js";

const NAMES: Record<View, string> = {
  message: "Message",
  text: "Plain text",
  source: "Source",
  links: "Links",
  edit: "Edit template",
  data: "Edit data",
};

export function Tabs({ state, change, views }: { state: State; change: Change; views: readonly View[] }) {
  return (
    <fieldset class="tabs" aria-label="What to show">
      {views.map((view) => (
        <button key={view} type="button" aria-pressed={state.view === view} onClick={() => change({ view })}>
          {NAMES[view]}
        </button>
      ))}
    </fieldset>
  );
}

type ChoiceProperties<Value extends string> = {
  label: string;
  value: Value;
  choices: readonly (readonly [Value, string])[];
  choose: (value: Value) => void;
};

/** A few alternatives side by side. */
export function Choice<Value extends string>({ label, value, choices, choose }: ChoiceProperties<Value>) {
  return (
    <fieldset class="choice" aria-label={label}>
      {choices.map(([each, name]) => (
        <button key={each} type="button" aria-pressed={each === value} onClick={() => choose(each)}>
          {name}
        </button>
      ))}
    </fieldset>
  );
}
