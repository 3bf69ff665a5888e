import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CHECKOUT, readCheckout } from "../setup/documentation.js";
import { codeBlocks } from "../setup/markdown.js";
import { createProject, removeProjects, UNHURRIED } from "./project.js";

const PAGES = ["README.md"];
const SCRIPT = ["js", "javascript", "mjs", "ts", "typescript"];
const COMPILER = join(CHECKOUT, "node_modules/typescript/bin/tsc");
const STRICT = "--ignoreConfig --noEmit --strict --target es2023 --module nodenext --types node --skipLibCheck";

afterAll(removeProjects);

test("every example of the README compiles as strict TypeScript", UNHURRIED, async () => {
  const project = createProject({ type: "module", packages: ["@types/node"] });
  const files = PAGES.flatMap((page) =>
    codeBlocks(readCheckout(page))
      .filter(({ language }) => SCRIPT.includes(language))
      .map(({ code, line }) => ({ name: `${page.replace(/\W/g, "-")}-line-${line}.mts`, code })),
  );
  for (const { name, code } of files) project.write(name, code);
  const names = files.map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("README")).length).toBeGreaterThan(2);
  expect((await project.node(COMPILER, ...STRICT.split(" "), "--pretty", "false", ...names)).all).toBe("");
});
