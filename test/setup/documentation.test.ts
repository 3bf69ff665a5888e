import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CHECKOUT, commandsOf, createDesk, isSetUp, runCommands, runScript, saysTheSame } from "./documentation.js";

const desk = createDesk();
afterAll(() => desk.remove());
const block = (code: string, language = "js") => ({ code, language, line: 1 });

test("commands come without prompts, comments and broken lines", () => {
  expect(commandsOf("# set-up\n$ npm ci && npm test   # the gate\n\nnode a.js \\\n  --url redis://x#y\n")).toEqual([
    "npm ci && npm test",
    "node a.js --url redis://x#y",
  ]);
  expect(["npm ci && npm start", "npm install offer-code", "npm test", "npm run bench"].every(isSetUp)).toBe(true);
  expect(["npm start", "REDIS_URL=redis://h npm start", "npx offer-code"].some(isSetUp)).toBe(false);
});

test("a script sees the packages of the checkout, and the Redis of the test in place of the reader's", async () => {
  const code = `import Handlebars from "handlebars";
    console.log(Handlebars.compile("{{a}}")({ a: "redis://localhost:6379" }), process.env.REDIS_URL, process.env.VITEST);`;
  const run = await runScript(block(code), desk, "redis://127.0.0.1:1");
  expect(run).toMatchObject({ exitCode: 0, stdout: "redis://127.0.0.1:1 redis://127.0.0.1:1 undefined\n" });
});

test("TypeScript is checked, then stripped of its types", async () => {
  const code = "const n: number = await Promise.resolve(1 as number);\nconsole.log(n);";
  expect(await runScript(block(code, "ts"), desk, "")).toMatchObject({ exitCode: 0, stdout: "1\n" });
  const wrong = await runScript(block('export const n: number = "one";', "ts"), desk, "");
  expect(wrong.exitCode).not.toBe(0);
  expect(wrong.all).toContain("line-1.mts(1,14): error TS2322");
});

test("what fails shows what it said", async () => {
  const run = await runScript(block("throw new Error('no luck');"), desk, "");
  expect(run.exitCode).toBe(1);
  expect(run.all).toContain("no luck");
});

test("commands run one after the other, up to the first that fails, and write beside the checkout", async () => {
  const run = await runCommands(["echo one > written.txt", "cat written.txt", "false", "echo two"], desk, "");
  expect(run).toMatchObject({ exitCode: 1, stdout: "one\n" });
  writeFileSync(join(desk.dir, "own.txt"), "");
  expect((await runCommands([`test ! -e '${CHECKOUT}written.txt'`, "test -e own.txt"], desk, "")).exitCode).toBe(0);
});

test("output is compared line by line, and dots stand for any lines", () => {
  expect(saysTheSame("a  \nb.\n", "a\nb.")).toBe(true);
  expect(saysTheSame("a\nbx", "a\nb.")).toBe(false);
  expect(saysTheSame("a\n1\n2\nz", "a\n...\nz")).toBe(true);
  expect(saysTheSame("a\n1\n2\ny", "a\n...\nz")).toBe(false);
});
