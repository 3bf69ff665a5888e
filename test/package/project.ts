// A user's project: an empty folder with the packed tarball installed, and beside it the packages that the user chose.
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CHECKOUT, readCheckout } from "../setup/documentation.js";

export type Output = { readonly exitCode: number; readonly stdout: string; readonly all: string };

export type Project = {
  readonly dir: string;
  /** Writes a file, and the folders above it. */
  write(path: string, text: string): void;
  /** Runs a program in the folder. A failure is an output with an exit code other than 0. */
  run(program: string, ...args: string[]): Promise<Output>;
  node(...args: string[]): Promise<Output>;
};

const { dependencies, peerDependencies } = JSON.parse(readCheckout("package.json"));
const INSTALLED = Object.keys({ ...dependencies, ...peerDependencies });

/** For tests that start a compiler or Jest: they take some seconds of a processor, and the machine may have other work. */
export const UNHURRIED = { timeout: 120_000 };

let packed: string | undefined;
const folders: string[] = [];

/**
 * Creates a project with the tarball, its dependencies and its peers, as `npm install` lays them out. `packages` are further ones, taken
 * from the checkout's `node_modules`, so that nothing is downloaded. `type` is what the project's own `.js` files are.
 */
export function createProject({ packages = [], type = "commonjs" }: Partial<Layout> = {}): Project {
  const dir = temporaryFolder();
  cpSync(unpackedTarball(), join(dir, "node_modules", "offer-code"), { recursive: true });
  for (const name of [...INSTALLED, ...packages]) {
    const place = join(dir, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(CHECKOUT, "node_modules", name), place);
  }
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  write("package.json", JSON.stringify({ name: "a-users-project", private: true, type }));
  const run = (program: string, ...args: string[]) => runIn(dir, program, args);
  return { dir, write, run, node: (...args) => run(process.execPath, ...args) };
}

type Layout = { readonly packages: readonly string[]; readonly type: "commonjs" | "module" };

/** Removes what `createProject` made. */
export function removeProjects(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  packed = undefined;
}

function unpackedTarball(): string {
  if (packed !== undefined) return packed;
  const dir = temporaryFolder();
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", dir], { cwd: CHECKOUT });
  const tarball = readdirSync(dir).find((name) => name.endsWith(".tgz"))!;
  execFileSync("tar", ["-xzf", tarball], { cwd: dir });
  packed = join(dir, "package");
  return packed;
}

function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "offer-code-project-"));
  folders.push(dir);
  return dir;
}

function runIn(cwd: string, program: string, args: readonly string[]): Promise<Output> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ exitCode, stdout, all: stdout + stderr });
    });
  });
}
