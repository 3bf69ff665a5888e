// npm run mutate:lua: breaks each guard of the Lua scripts in turn and lists those that no test notices.
// `npm run mutate:lua -- release claim` breaks those of these files only.
import { spawnSync } from "node:child_process";
import { luaMutants } from "./lua-guards.js";

const RUN = ["vitest", "run", "--config", "test/mutation/vitest.lua.config.ts"];
/** A script that never ends is stopped by its own test; this is for what hangs all the same. */
const LONGEST = 300_000;

const names = process.argv.slice(2);
const mutants = luaMutants().filter(({ file }) => names.length === 0 || names.some((name) => file.includes(name)));
if (!passes(null)) throw new Error("the tests fail before anything is broken");

const survivors = [];
for (const [number, mutant] of mutants.entries()) {
  const survived = passes(mutant);
  if (survived) survivors.push(mutant);
  const { file, line, condition, instead } = mutant;
  console.log(
    `${number + 1}/${mutants.length} ${survived ? "SURVIVED" : "killed"} ${file}:${line} "${condition}" -> ${instead}`,
  );
}
const killed = mutants.length - survivors.length;
console.log(`${killed} of ${mutants.length} killed (${Math.round((100 * killed) / mutants.length)}%)`);

function passes(mutant) {
  const env = { ...process.env, LUA_MUTANT: JSON.stringify(mutant) };
  const { status } = spawnSync("npx", RUN, { env, stdio: "ignore", timeout: LONGEST });
  return status === 0;
}
