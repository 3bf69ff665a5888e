import { Badge, OUTCOMES } from "./outcomes.js";
import type { Change, State } from "./state.js";
import type { Cell, Matrix, Outcome, WorkspaceView } from "./types.js";

type Properties = { workspace: WorkspaceView; matrix: Matrix | null; state: State; change: Change };

/** Subscribers down, message types across. Arrow keys walk over the cells. */
export function MatrixTable({ workspace, matrix, state, change }: Properties) {
  if (matrix === null) return <section class="matrix" aria-busy="true" aria-label="Everybody" />;
  const cellAt = (subscriber: string, type: string) =>
    matrix.cells.find((cell) => cell.subscriber === subscriber && cell.type === type);
  return (
    <section class="matrix" aria-labelledby="everybody">
      <div class="heading">
        <h2 id="everybody">Everybody</h2>
        <Summary matrix={matrix} />
      </div>
      <table onKeyDown={walk}>
        <thead>
          <tr>
            <th scope="col">Subscriber</th>
            {matrix.types.map((type) => (
              <th key={type} scope="col">
                {type}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {workspace.subscribers.map(({ id, name, about }) => (
            <tr key={id}>
              <th scope="row">
                {name}
                <small>{about}</small>
              </th>
              {matrix.types.map((type) => (
                <td key={type}>
                  <CellButton
                    cell={cellAt(id, type)}
                    isChosen={id === state.subscriber && type === state.type}
                    choose={() => change({ subscriber: id, type })}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Summary({ matrix }: { matrix: Matrix }) {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of matrix.cells) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return (
    <ul class="summary">
      {(Object.keys(OUTCOMES) as Outcome[]).map((outcome) =>
        counts.has(outcome) ? (
          <li key={outcome} class={outcome}>
            <b>{counts.get(outcome)}</b> {OUTCOMES[outcome].count}
          </li>
        ) : null,
      )}
    </ul>
  );
}

type CellProperties = { cell: Cell | undefined; isChosen: boolean; choose: () => void };

function CellButton({ cell, isChosen, choose }: CellProperties) {
  if (cell === undefined) return null;
  const { answer, outcome, label, line, fault, more } = cell;
  const code = outcome === "not-sent" || answer?.code == null ? null : answer.code;
  return (
    <button
      type="button"
      class={`cell ${outcome}`}
      aria-current={isChosen}
      tabIndex={isChosen ? 0 : -1}
      onClick={() => {
        choose();
        showMessage();
      }}
      onFocus={choose}
    >
      <span class="type">{cell.type}</span>
      <code>{code ?? "–"}</code>
      <span>
        <Badge outcome={outcome} label={label} /> {answer?.isSample && code !== null ? <i class="tag">sample</i> : null}{" "}
        {more > 0 ? (
          <i class="tag">
            +{more} offer{more > 1 ? "s" : ""}
          </i>
        ) : null}
      </span>
      <span class="line">{fault?.message ?? line}</span>
    </button>
  );
}

/** Where the two halves do not fit side by side, the message is below. */
function showMessage(): void {
  if (matchMedia("(max-width: 1080px)").matches) document.getElementById("message")?.scrollIntoView();
}

const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function walk(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  const cell = (event.target as Element).closest("td");
  const row = cell?.parentElement as HTMLTableRowElement | null;
  if (step === undefined || cell === null || row === null) return;
  const rows = row.parentElement as HTMLTableSectionElement;
  const next = rows.rows[row.sectionRowIndex + step[0]]?.cells[cell.cellIndex + step[1]];
  const button = next?.querySelector("button");
  if (!button) return;
  event.preventDefault();
  button.focus();
}
