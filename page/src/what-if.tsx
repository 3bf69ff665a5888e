import { type Change, type State, SUPPOSITIONS, withSupposition } from "./state.js";
import type { MessageView } from "./types.js";

type Properties = { state: State; change: Change; idle: MessageView["idle"] };

/** One click supposes something; the page then shows what would be sent. */
export function WhatIf({ state, change, idle }: Properties) {
  const { suppose } = state;
  return (
    <fieldset class="what-if">
      <legend>What if</legend>
      {SUPPOSITIONS.map(([name, text]) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-pressed={suppose.includes(name)}
          disabled={idle[name] !== undefined && !suppose.includes(name)}
          title={idle[name]}
          onClick={() => change({ suppose: withSupposition(suppose, name) })}
        >
          {text}
        </button>
      ))}
      {suppose.length > 0 && (
        <button type="button" class="quiet" onClick={() => change({ suppose: [] })}>
          Back to the facts
        </button>
      )}
    </fieldset>
  );
}
