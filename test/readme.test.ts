import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  CHECKOUT,
  commandsOf,
  createDesk,
  isSetUp,
  type Run,
  readCheckout,
  runCommands,
  runScript,
  saysTheSame,
} from "./setup/documentation.js";
import { anchorsOf, type CodeBlock, codeBlocks, linksOf } from "./setup/markdown.js";
import { startRedis } from "./setup/redis.js";

const SCRIPT = ["js", "javascript", "mjs", "ts", "typescript"];
const SHELL = ["sh", "bash", "shell", "console"];
const docs = readdirSync(join(CHECKOUT, "docs"), { recursive: true, encoding: "utf8" });
const pages = ["README.md", ...docs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
const otherPages = ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "bench/README.md"];
const { scripts, dependencies, peerDependencies = {}, devDependencies } = JSON.parse(readCheckout("package.json"));

const desk = createDesk();
afterAll(() => desk.remove());

describe.each([...pages, ...otherPages])("%s", (page) => {
  test("links to files and headings that exist", () => {
    const links = linksOf(readCheckout(page)).filter((link) => !/^[a-z]+:/.test(link));
    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });
});

describe.each(pages.filter(hasCodeToRun))("%s", (page) => {
  const blocks = codeBlocks(readCheckout(page));
  const title = ({ language, line }: CodeBlock) => `line ${line}: the ${language} block runs`;

  for (const block of blocks.filter(({ language }) => SCRIPT.includes(language))) {
    test(title(block), async () => {
      const redis = await startRedis();
      expectToHaveRun(await runScript(block, desk, redis.url), block);
    });
  }

  for (const block of blocks.filter(({ language }) => SHELL.includes(language))) {
    const commands = commandsOf(block.code);
    for (const command of commands.filter(isSetUp)) {
      test(`line ${block.line}: \`${command}\` is a command of this package`, () => expectToExist(command));
    }
    const others = commands.filter((command) => !isSetUp(command));
    if (others.length > 0) {
      test(title(block), async () => {
        const redis = await startRedis();
        expectToHaveRun(await runCommands(others, desk, redis.url), block);
      });
    }
  }
});

describe("the README", () => {
  const blocks = codeBlocks(readCheckout("README.md"));
  const commands = blocks.filter(({ language }) => SHELL.includes(language)).flatMap(({ code }) => commandsOf(code));

  test("has code to run", () => {
    expect(blocks.filter(({ language }) => SCRIPT.includes(language))).not.toEqual([]);
  });

  test("names the two commands of a fresh machine, and the gate runs the second", () => {
    expect(commands).toContain("npm ci && npm start");
    expect(commands).toContain("npm ci && npm test");
    expect(commandsOf(readCheckout(".ci/run")).at(-1)).toBe("npm ci && npm test");
  });
});

function hasCodeToRun(page: string): boolean {
  return codeBlocks(readCheckout(page)).some(({ language }) => [...SCRIPT, ...SHELL].includes(language));
}

/** Whether a link, taken from the folder of its page, leads to a file and, behind a `#`, to a heading of it. */
function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(CHECKOUT, file))) return false;
  return anchor === undefined || anchorsOf(readCheckout(file)).includes(anchor);
}

function expectToHaveRun(run: Run, { output }: CodeBlock): void {
  expect(run.exitCode, run.all).toBe(0);
  if (output !== undefined && !saysTheSame(run.stdout, output)) expect(run.stdout.trim()).toBe(output.trim());
}

/** Each part of `npm ci && npm run x` names a script, each package to install is one that this package works with. */
function expectToExist(command: string): void {
  for (const part of command.split("&&").map((text) => text.trim())) {
    const script = /^npm (?:run )?(?!ci$|i |install |run )(\S+)/.exec(part)?.[1];
    if (script) expect(Object.keys(scripts)).toContain(script === "t" ? "test" : script);
    const packages =
      /^npm (?:i|install) (.*)/
        .exec(part)?.[1]
        ?.split(/\s+/)
        .filter((word) => !word.startsWith("-")) ?? [];
    const known = ["offer-code", ...Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies })];
    for (const name of packages) expect(known).toContain(name.replace(/(?<=.)@.*$/, ""));
  }
}
