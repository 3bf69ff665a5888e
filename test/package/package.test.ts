import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { CHECKOUT, readCheckout } from "../setup/documentation.js";

type Entry = string | Record<string, string>;
const manifest = JSON.parse(readCheckout("package.json"));
const entries = Object.entries(manifest.exports as Record<string, Entry>);
const specifiers = entries.map(([path]) => join(manifest.name, path)).filter((path) => !path.endsWith(".json"));

let published: string[] = [];

beforeAll(() => {
  if (!existsSync(join(CHECKOUT, "dist"))) throw new Error("The package must be built first: npm run build");
  const [{ files }] = JSON.parse(inCheckout("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"]));
  published = files.map(({ path }: { path: string }) => path);
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

  test("publishes what it needs to run and what its pages name, and neither tests, sources nor pictures", () => {
    const allowed =
      /^(dist\/(src|helpers)\/.*\.(js|d\.ts)|dist\/page\/.*\.(html|js|css)|docs\/.*\.md|examples\/.*|(README|CHANGELOG)\.md|LICENSE|package\.json)$/;
    expect(published.filter((path) => !allowed.test(path) || /\.(test|bench|png)\b/.test(path))).toEqual([]);
    expect(["LICENSE", "README.md", "package.json"].filter((path) => !published.includes(path))).toEqual([]);
  });

  test("says of each command and each linked file of its pages that is not in it that the repository has it", () => {
    const pages = published.filter((path) => path === "README.md" || /^docs\/.*\.md$/.test(path));
    const sections = pages.flatMap((page) => sectionsOf(readCheckout(page)).map((text) => ({ page, text })));
    const silent = sections.filter(({ page, text }) => {
      const missing = linkedFiles(page, text).filter((path) => !published.includes(path) && !path.endsWith(".png"));
      return (missing.length > 0 || NEEDS_CHECKOUT.test(text)) && !/checkout|repository/.test(text);
    });
    expect(silent).toEqual([]);
  });
});

/** A script of package.json, or a file of the built package by its path. */
const NEEDS_CHECKOUT = /\bnpm (ci|run|start|test)\b|\bnode (dist|examples|bench|scripts)\//;

/** The text from one heading of the second level to the next. */
function sectionsOf(page: string): string[] {
  return page.split(/^(?=## )/m);
}

function linkedFiles(page: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) => target!);
  return targets.map((target) => join(dirname(page), target));
}

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
