import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readCheckout } from "../setup/documentation.js";
import { type CodeBlock, codeBlocks } from "../setup/markdown.js";
import { createProject, removeProjects, UNHURRIED } from "./project.js";

const PAGE = readCheckout("docs/integrations.md");
const NO_MESSAGE = `
await render("mail", { name: "Ann" }).catch((error) => console.log(error.name, "|", error.message));
console.log(await render("mail", { name: "Ann", quiet: true }));
`;

afterAll(removeProjects);

describe("in an empty folder with the packed package", () => {
  test.each([
    "Express with express-handlebars",
    "Express with LiquidJS",
  ])("the recipe %j renders a code, and an error without a message", async (heading) => {
    const { code, output } = recipe(heading);
    const project = createProject({ type: "module", packages: ["express", "express-handlebars"] });
    cpSync(join(project.dir, "node_modules/offer-code/examples"), join(project.dir, "examples"), { recursive: true });
    project.write("mail.js", code + NO_MESSAGE);
    const { all } = await project.node("mail.js");
    expect(all).toContain(output);
    expect(all.slice(output!.length)).toMatch(/\bOfferTemplateError\b|\bmessage\b.*\boffer\b|\boffer\b.*\bmessage\b/);
    expect(all).toContain("<p>Hi Ann.</p>");
    expect(all.match(/your code is/g)).toHaveLength(1);
  });

  test("the recipe for CommonJS runs", async () => {
    const { code, output } = recipe("CommonJS");
    const project = createProject();
    project.write("mail.js", code);
    expect((await project.node("mail.js")).all.trim()).toBe(output);
  });

  test("the recipe for Jest loads every path of the package into a CommonJS test", UNHURRIED, async () => {
    const { exports } = JSON.parse(readCheckout("package.json"));
    const paths = Object.keys(exports).filter((path) => !path.endsWith(".json"));
    const specifiers = JSON.stringify(paths.map((path) => join("offer-code", path)));
    const project = createProject({ packages: ["jest", "@babel/plugin-transform-modules-commonjs"] });
    project.write("jest.config.mjs", recipe("Jest").code);
    project.write(
      "mail.test.js",
      `${recipe("CommonJS")
        .code.replace(/\bmain\(\);$/, "")
        .replace("console.log", "return ")}
       test("renders", async () => expect(await main()).toBe("Use A7K2"));
       test.each(${specifiers})("%s", (path) => expect(Object.keys(require(path))).not.toEqual([]));`,
    );
    const { exitCode, all } = await project.node("node_modules/jest/bin/jest.js");
    expect(exitCode, all).toBe(0);
    expect(all).toContain(`Tests:       ${paths.length + 1} passed`);
  });
});

test("each recipe takes fewer than 15 lines", () => {
  const long = codeBlocks(PAGE).filter(
    ({ code }) => code.split("\n").filter((line) => line.trim() !== "").length >= 15,
  );
  expect(long.map(({ line }) => line)).toEqual([]);
});

/** The first block of code below a heading. */
function recipe(heading: string): CodeBlock {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/integrations.md must have the heading ${heading}`);
  return codeBlocks(`## ${section}`)[0]!;
}
