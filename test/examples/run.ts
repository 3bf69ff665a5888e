import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs an example as a user does, on the built package, and returns what it prints. */
export async function runExample(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [`examples/${name}/main.js`], { cwd: root });
  return stdout;
}
