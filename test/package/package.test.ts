import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { CHECKOUT, readCheckout } from "../setup/documentation.js";

type Entry = string | Record<string, string>;
const manifest = JSON.parse(readCheckout("package.json"));
const entries = Object.entries(manifest.exports as Record<string, Entry>);
const specifiers = entries.map(([path]) => join(manifest.name, path)).filter((path) => !path.endsWith(".json"));

beforeAll(() => {
  if (!existsSync(join(CHECKOUT, "dist"))) throw new Error("The package must be built first: npm run build");
});

describe("the package", () => {
  test.each(entries)("has every file of its entry %s", (_path, entry) => {
    const files = typeof entry === "string" ? [entry] : Object.values(entry);
    expect(files.filter((file) => !existsSync(join(CHECKOUT, file)))).toEqual([]);
  });

  test.each(specifiers)("can be imported as %s", (specifier) => {
    const code = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(specifier)}))))`;
    expect(JSON.parse(inCheckout(process.execPath, ["--input-type=module", "--eval", code]))).not.toEqual([]);
  });

  test("imports at run time nothing but Node's modules and its own dependencies, and each of those", () => {
    const imported = new Set(emittedFiles().flatMap(packagesImportedBy));
    expect([...imported].sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  test("publishes what it needs to run, and neither tests nor sources", () => {
    const [{ files }] = JSON.parse(inCheckout("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"]));
    const paths = files.map(({ path }: { path: string }) => path) as string[];
    const published =
      /^(dist\/(src|helpers)\/.*\.(js|d\.ts)|dist\/page\/.*\.(html|js|css)|docs\/.*|(README|CHANGELOG)\.md|LICENSE|package\.json)$/;
    expect(paths.filter((path) => !published.test(path) || /\.(test|bench)\./.test(path))).toEqual([]);
    expect(["LICENSE", "README.md", "package.json"].filter((path) => !paths.includes(path))).toEqual([]);
  });
});

function inCheckout(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { cwd: CHECKOUT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function emittedFiles(): string[] {
  const files = readdirSync(join(CHECKOUT, "dist"), { recursive: true, encoding: "utf8" });
  // The page is a bundle: what it needs is in it.
  const own = files.filter((file) => file.endsWith(".js") && !file.startsWith("page"));
  return own.map((file) => join(CHECKOUT, "dist", file));
}

const IMPORTS = [
  /^(?:import|export)\b[^"'`;]*\bfrom\s*["']([^"']+)["']/gm,
  /^import\s*["']([^"']+)["']/gm,
  /\bimport\(\s*["']([^"']+)["']/g,
];

function packagesImportedBy(file: string): string[] {
  const code = readFileSync(file, "utf8");
  return IMPORTS.flatMap((pattern) => [...code.matchAll(pattern)].map(([, specifier]) => specifier!))
    .filter((specifier) => !/^(\.|node:)/.test(specifier) && !builtinModules.includes(specifier))
    .map((specifier) => specifier.match(/^(@[^/]+\/)?[^/]+/)![0]);
}
