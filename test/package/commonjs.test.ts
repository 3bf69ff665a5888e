import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CHECKOUT, readCheckout } from "../setup/documentation.js";
import { createProject, removeProjects, UNHURRIED } from "./project.js";

const { name, exports } = JSON.parse(readCheckout("package.json"));
const paths = Object.keys(exports).filter((path) => !path.endsWith(".json"));
const specifiers = paths.map((path) => join(name, path));
/** The last major that reads `main` and `typesVersions` only, in the copy that the package check brings. */
const TYPESCRIPT_5 = "node_modules/@arethetypeswrong/core/node_modules/typescript/lib/tsc.js";
const TYPESCRIPT = "node_modules/typescript/bin/tsc";

const MAIL = `
import Handlebars = require("handlebars");
import { Liquid } from "liquidjs";
import { createResolver, importCodes, memoryStore, type Message } from "offer-code";
import { registerOfferHelpers } from "offer-code/handlebars";
import { registerOfferFilters } from "offer-code/liquid";
${paths.map((path, place) => `import * as entry${place} from "${join(name, path)}";`).join("\n")}

async function main(): Promise<void> {
  const store = memoryStore();
  await store.saveOffer({ id: "welcome10" });
  await importCodes(store, "welcome10", ["A7K2"], { batch: "november" });
  const resolver = createResolver({ store });
  const message: Message = { id: "msg_1", type: "campaign", subscriberId: "sub_1", offerId: "welcome10" };
  const html: string = await registerOfferHelpers(Handlebars, resolver).compile("{{offer.code}}")({}, message);
  const text: string = await registerOfferFilters(new Liquid(), resolver).compile("{{ offer.code }}")({}, message);
  console.log(html, text, [${paths.map((_, place) => `entry${place}`)}].every((entry) => Object.keys(entry).length > 0));
}
void main();
`;

afterAll(removeProjects);

describe("a CommonJS project", () => {
  test.each(specifiers)("gets what an import gets from require(%j)", async (specifier) => {
    const project = createProject();
    const code = `import(${JSON.stringify(specifier)}).then((module) => {
      const required = Object.keys(require(${JSON.stringify(specifier)}));
      console.log(required.length > 0, required.join() === Object.keys(module).join());
    });`;
    expect((await project.node("--eval", code)).all.trim()).toMatch(/^true true\b/);
  });

  test.each([
    ["TypeScript 5, node10 resolution", TYPESCRIPT_5, "--module commonjs --moduleResolution node10"],
    ["TypeScript 7, module commonjs", TYPESCRIPT, "--ignoreConfig --module commonjs"],
    ["TypeScript 7, module nodenext", TYPESCRIPT, "--ignoreConfig --module nodenext"],
  ])("compiles under %s, strict, and runs", UNHURRIED, async (_, compiler, options) => {
    const project = createProject({ packages: ["@types/node"] });
    project.write("mail.ts", MAIL);
    const strict =
      "--strict --exactOptionalPropertyTypes --target es2022 --types node --esModuleInterop --pretty false";
    const compiled = await project.node(
      join(CHECKOUT, compiler),
      ...`${strict} ${options} --outDir out mail.ts`.split(" "),
    );
    expect(compiled.all).toBe("");
    expect((await project.node("out/mail.js")).stdout).toBe("A7K2 A7K2 true\n");
  });
});
