// @ts-check
// npm run bench: how this package compares with what one would use instead, by ratios measured side by side in one run.
// A full run is written to results.json, README.md and bench/README.md. --quick: smaller, under a minute, written nowhere.
// --only <name>: one measure, written nowhere. See measures.js for what is measured.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { redisProgram } from "../test/setup/redis-server.js";

const ROUNDS = 7;
const QUICK_SHARE = 0.02;
const CHECKOUT = fileURLToPath(new URL("..", import.meta.url));
const RESULTS = fileURLToPath(new URL("results.json", import.meta.url));

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
});

try {
  redisProgram();
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exit(1);
}

/** What is measured is what users get, so the package is built first where it is not. */
if (!existsSync(new URL("../dist/src/index.js", import.meta.url))) {
  execFileSync("npm", ["run", "build"], { cwd: CHECKOUT, stdio: ["ignore", "ignore", "inherit"] });
}

const { compare } = await import("./compare.js");
const { COUNTS, MEASURES, ROUND_TRIPS } = await import("./measures.js");
const { tableText } = await import("./table.js");
const { writeDocuments } = await import("./documents.js");

/** @param {number} full */
const scale = (full) => (options.quick ? Math.max(1000, Math.round(full * QUICK_SHARE)) : full);

/** @type {import("./table.js").Row[]} */
const rows = [];
for (const { name, what, against, unit, goal, pair } of MEASURES) {
  if (!isWanted(name)) continue;
  progress(name, "getting ready");
  const { ratio, spread, rounds, ours, theirs } = await compare(await pair({ scale }), ROUNDS, (round) =>
    progress(name, round === 0 ? "warming up" : `round ${round} of ${ROUNDS}`),
  );
  rows.push({ name, what, against, unit, goal, ratio, spread, rounds, ours, theirs, met: ratio >= goal });
}
for (const { name, what, against, unit, goal, count } of COUNTS) {
  if (!isWanted(name)) continue;
  progress(name, "counting");
  const { ours, theirs } = await count({ scale });
  const ratio = ours / theirs;
  rows.push({ name, what, against, unit, goal, atMost: true, ratio, ours, theirs, met: ratio <= goal });
}
if (isWanted(ROUND_TRIPS.name)) {
  progress(ROUND_TRIPS.name, "counting");
  for (const { what, goal, calls } of await ROUND_TRIPS.count()) {
    rows.push({
      name: ROUND_TRIPS.name,
      what: `round trips: ${what}`,
      unit: "calls",
      goal,
      ours: calls,
      met: calls <= goal,
    });
  }
}
progress();

const machine = { node: process.version, redis: redisVersion(), cpus: cpus().length, cpu: cpus()[0]?.model ?? "" };
console.log(tableText(rows));
if (options.only === undefined && !options.quick) {
  const results = { machine, rows: rows.map(rounded) };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  writeDocuments(results);
}
const missed = rows.filter(({ met }) => !met);
if (missed.length > 0) console.log(`${missed.length} of ${rows.length} goals missed.`);
process.exit(missed.length > 0 ? 1 : 0);

/** @param {string} name */
function isWanted(name) {
  return options.only === undefined || name.includes(options.only);
}

/** One line that is written over, on a terminal; nothing elsewhere. @param {string[]} texts */
function progress(...texts) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${texts.join(": ")}`);
}

function redisVersion() {
  return /v=([\d.]+)/.exec(execFileSync(redisProgram(), ["--version"], { encoding: "utf8" }))?.[1] ?? "";
}

/** @param {import("./table.js").Row} row @returns {import("./table.js").Row} */
function rounded(row) {
  const digits = (/** @type {number} */ value) => Number(value.toPrecision(3));
  const { ratio, spread, theirs } = row;
  return {
    ...row,
    ours: digits(row.ours),
    ...(theirs !== undefined && { theirs: digits(theirs) }),
    ...(ratio !== undefined && { ratio: digits(ratio) }),
    ...(spread !== undefined && { spread: [digits(spread[0]), digits(spread[1])] }),
  };
}
