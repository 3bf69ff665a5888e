import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../vitest.config.js";
import { mutate } from "./lua-guards.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const mutant = JSON.parse(process.env.LUA_MUTANT ?? "null");

/** The tests that have to notice a broken script, over scripts of which `LUA_MUTANT` names the guard to break. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], reporters: [] } },
  defineConfig({
    root,
    plugins: [
      {
        name: "lua-mutant",
        enforce: "pre",
        transform: (text, id) => (mutant !== null && id === resolve(root, mutant.file) ? mutate(text, mutant) : null),
      },
    ],
    test: {
      include: [
        "test/store/redis{,-claims,-reconcile,-withdraw}.test.ts",
        "test/faults/{import-turns,dropped-replies}.test.ts",
        "test/simulation/simulation.test.ts",
      ],
      // Of the simulator what it once found: whole searches would take minutes for each guard.
      testNamePattern: /^(?!.*(over memory|whatever the network|new in each run))/,
      bail: 1,
    },
  }),
);
