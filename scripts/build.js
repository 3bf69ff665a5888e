// @ts-check
// npm run build: compiles the package and the preview page into dist, and links the command `offer-code` into
// node_modules/.bin, so that it can be run from this checkout as it can where the package is installed.
import { execSync } from "node:child_process";
import { chmodSync, rmSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";

const COMMAND = "dist/src/cli/main.js";
const LINK = "node_modules/.bin/offer-code";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
rmSync("dist", { recursive: true, force: true });
for (const command of ["tsc -p tsconfig.build.json", "vite build page"]) {
  try {
    execSync(`npx --no-install ${command}`, { stdio: "inherit" });
  } catch {
    process.exit(1); // the command has printed its error
  }
}
chmodSync(COMMAND, 0o755);
rmSync(LINK, { force: true });
symlinkSync(`../../${COMMAND}`, LINK);
