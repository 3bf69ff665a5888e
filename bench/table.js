// @ts-check
// The figures of a run as a table: for a terminal and in Markdown.

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} what
 * @property {string} [against]
 * @property {string} unit
 * @property {number} goal  of the ratio where there is one, of `ours` where not
 * @property {boolean} [atMost]  the goal is not to be exceeded
 * @property {number} [ratio]
 * @property {[number, number]} [spread]
 * @property {number} [rounds]
 * @property {number} ours
 * @property {number} [theirs]
 * @property {boolean} met
 */

/** @param {readonly Row[]} rows */
export function tableText(rows) {
  const lines = rows.map((row) => [
    row.what,
    row.against ?? "",
    result(row),
    spread(row),
    goal(row),
    row.met ? "met" : "MISSED",
  ]);
  const table = [["what", "against", "result", "spread", "goal", ""], ...lines];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** @param {{ machine: { node: string, redis: string, cpus: number, cpu: string }, rows: readonly Row[] }} results */
export function markdownTable({ machine, rows }) {
  const lines = rows.map(
    (row) =>
      `| ${[row.what, row.against ?? "", result(row), spread(row), goal(row)].join(" | ")}${row.met ? "" : " (missed)"} |`,
  );
  return [
    "| what | against | result | spread | goal |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
    "",
    `Node ${machine.node.slice(1)}, Redis ${machine.redis}, ${machine.cpus} processors (${machine.cpu}); medians of ${rows[0]?.rounds} rounds.`,
  ].join("\n");
}

/** @param {Row} row */
function result({ ratio, ours, theirs, unit }) {
  if (ratio === undefined || theirs === undefined) return number(ours);
  return `${number(ratio)} (${number(ours)} to ${number(theirs)} ${unit})`;
}

/** @param {Row} row */
function spread({ spread: range }) {
  return range === undefined ? "" : `${number(range[0])} to ${number(range[1])}`;
}

/** @param {Row} row */
function goal({ goal: value, ratio, atMost }) {
  return `at ${atMost || ratio === undefined ? "most" : "least"} ${value}`;
}

/** Three digits that count. @param {number} value */
function number(value) {
  return Number(value.toPrecision(3)).toLocaleString("en");
}
