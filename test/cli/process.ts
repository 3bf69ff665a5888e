// Runs the command line as a process of its own, as a person would.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROGRAM = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

export type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

export type Sandbox = {
  readonly dir: string;
  /** Writes a file beside the others and returns its name. */
  file(name: string, content: string | Uint8Array): string;
  /** `words`: the command line, split at blanks. */
  run(words: string, input?: string): Promise<Ended>;
  start(words: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  remove(): void;
};

/** A folder to run commands in, over the Redis of that URL. */
export function createSandbox(redisUrl: string): Sandbox {
  const dir = mkdtempSync(join(tmpdir(), "offer-code-cli-"));
  const start = (words: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawn(process.execPath, [...nodeOptions(env), PROGRAM, ...words], {
      cwd: dir,
      env: { PATH: process.env.PATH, REDIS_URL: redisUrl, ...env },
    });
  return {
    dir,
    start,
    file(name, content) {
      writeFileSync(join(dir, name), content);
      return name;
    },
    run: (words, input = "") => endOf(start(words.split(" ")), input),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export function endOf(child: ChildProcess, input = ""): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

function nodeOptions({ NODE_ARGUMENTS = "" }: NodeJS.ProcessEnv): string[] {
  return NODE_ARGUMENTS === "" ? [] : [NODE_ARGUMENTS];
}
