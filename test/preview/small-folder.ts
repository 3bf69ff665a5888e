// A preview folder as small as a test needs it, and the command on it.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { COMMAND } from "./browser.js";

export type Run = { code: number; stdout: string; stderr: string };

/** Writes these files into a new folder, which is removed after the test. */
export function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "offer-code-folder-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** A folder whose templates are these files, with one subscriber. */
export function templatesOf(
  files: Record<string, string>,
  { data = {}, template = {}, ...definition }: Record<string, unknown> = {},
): string {
  const templates = Object.keys(files)
    .filter((file) => !file.includes("/") && !/\.m?js$/.test(file))
    .map((file) => ({ id: file, channel: "email", file, types: ["campaign"], ...(template as object) }));
  const written = { subscribers: [{ id: "ann", data }], templates, ...definition };
  return folderOf({ "preview.json": JSON.stringify(written), ...files });
}

export function run(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** What `check` finds, one line each. */
export async function findingsOf(folder: string): Promise<string[]> {
  const { stdout, stderr } = await run("check", folder);
  if (stderr !== "") throw new Error(stderr);
  return stdout.trimEnd().split("\n").slice(0, -1);
}

/** The first template of a folder, rendered for its one subscriber. */
export async function renderedIn(folder: string, template: string): Promise<string> {
  const { stdout, stderr } = await run("render", template, "--folder", folder, "--subscriber", "ann");
  if (stderr !== "") throw new Error(stderr);
  return stdout.trimEnd();
}
