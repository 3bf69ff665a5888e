// Runs the code of the documentation as a reader would: in a folder of its own that looks like the checkout.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformWithEsbuild } from "vite";
import type { CodeBlock } from "./markdown.js";

export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
const LONGEST_RUN = 25_000;
const READERS_REDIS = /redis:\/\/[^\s"'`)]*/g;
const DEFAULT_CLIENT = /new Redis\(\s*\)/g;
const TYPE_CHECK =
  "--ignoreConfig --noEmit --strict --target es2023 --module nodenext --types node --skipLibCheck --pretty false".split(
    " ",
  );

export type Run = { readonly exitCode: number | null; readonly stdout: string; readonly all: string };
export type Desk = { readonly dir: string; remove(): void };

/** Commands of the README that a reader runs once, and which other tests or the gate itself run. */
const SET_UP = [
  /^git clone /,
  /^cd /,
  /^npm ci( |$)/,
  /^npm (i|install) /,
  /^npm (test|t)$/,
  /^npm run /,
  /^bash \.ci\/run$/,
];

/** Creates a folder that links every file of the checkout, so that a block can write files without changing the checkout. */
export function createDesk(): Desk {
  const dir = mkdtempSync(join(tmpdir(), "offer-code-readme-"));
  const hidden = [".git", "coverage"];
  for (const name of readdirSync(CHECKOUT))
    if (!hidden.includes(name)) symlinkSync(join(CHECKOUT, name), join(dir, name));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** The commands of a shell block, one for each line: without comments, prompts and broken lines. */
export function commandsOf(code: string): string[] {
  return code
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\$ /, "").replace(/(^|\s)#.*$/, ""))
    .map((line) => line.trim())
    .filter(Boolean);
}

export function isSetUp(command: string): boolean {
  return SET_UP.some((pattern) => pattern.test(command));
}

export async function runScript({ code, language, line }: CodeBlock, desk: Desk, redisUrl: string): Promise<Run> {
  const file = join(desk.dir, `line-${line}`);
  const own = withOwnRedis(code, redisUrl);
  if (!isTypeScript(language)) {
    writeFileSync(`${file}.mjs`, own);
    return run(process.execPath, [`${file}.mjs`], desk, redisUrl);
  }
  writeFileSync(`${file}.mts`, own);
  const check = await run(join("node_modules", ".bin", "tsc"), [...TYPE_CHECK, `${file}.mts`], desk, redisUrl);
  if (check.exitCode !== 0) return check;
  const stripped = await transformWithEsbuild(own, `${file}.mts`, { loader: "ts", sourcemap: false });
  writeFileSync(`${file}.mjs`, stripped.code);
  return run(process.execPath, [`${file}.mjs`], desk, redisUrl);
}

/** Stops at the first command that fails. */
export function runCommands(commands: readonly string[], desk: Desk, redisUrl: string): Promise<Run> {
  return run("bash", ["-euo", "pipefail", "-c", withOwnRedis(commands.join("\n"), redisUrl)], desk, redisUrl);
}

/** Whether the text is what the documentation shows; a line `...` there matches any lines. */
export function saysTheSame(printed: string, documented: string): boolean {
  const pattern = documented
    .trim()
    .split("\n")
    .map((line) => (/^\s*(\.\.\.|…)$/.test(line) ? "[^]*" : literally(line.trimEnd())));
  return new RegExp(`^${pattern.join("\\s*\n")}$`).test(printed.trim());
}

export function readCheckout(path: string): string {
  return readFileSync(join(CHECKOUT, path), "utf8");
}

function isTypeScript(language: string): boolean {
  return language === "ts" || language === "typescript";
}

function withOwnRedis(code: string, url: string): string {
  return code.replace(READERS_REDIS, url).replace(DEFAULT_CLIENT, `new Redis("${url}")`);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function run(program: string, args: readonly string[], { dir }: Desk, redisUrl: string): Promise<Run> {
  const env = {
    ...withoutTestVariables(process.env),
    REDIS_URL: redisUrl,
    NO_COLOR: "1",
    npm_config_loglevel: "error",
  };
  const child = spawn(program, args, { cwd: dir, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let [stdout, all] = ["", ""];
  const impatience = setTimeout(() => child.pid && process.kill(-child.pid, "SIGKILL"), LONGEST_RUN);
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    all += chunk;
  });
  child.stderr.on("data", (chunk) => {
    all += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => {
      clearTimeout(impatience);
      if (child.signalCode) all += `\nIt did not end by itself within ${LONGEST_RUN} ms: ${child.signalCode}`;
      resolve({ exitCode, stdout, all });
    });
  });
}

/** A reader's environment: the test runner's own variables change how some packages behave. */
function withoutTestVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isTestVariable = (name: string) => /^(VITEST|NODE_ENV$|TEST$|DEV$|PROD$|SSR$|MODE$|BASE_URL$)/.test(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isTestVariable(name)));
}
