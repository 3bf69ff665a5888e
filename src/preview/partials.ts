import { type Dirent, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import type { Engine } from "./api.js";
import { type Definition, endingEngine } from "./definition.js";
import { FolderError, pathInside } from "./inside.js";
import { systemText } from "./system-error.js";

export type Partials = Record<Engine, Record<string, string>>;

/** The partials of a folder: their texts and their files, by engine and name. */
export type ReadPartials = { partials: Partials; partialFiles: Partials };

const ENDING = /\.(hbs|handlebars|liquid|html?|txt)$/;

/**
 * Reads the partials that `preview.json` names: those of one folder or several, at any depth, or single files by their names. In a folder
 * a partial is named by its path without its ending: `{{> mail/footer}}`, `{% render "mail/footer" %}`. A file whose ending names
 * no engine is a partial of both. `read` reads a file of the preview folder. `watch` is told of each folder.
 */
export function readPartials(
  path: string,
  wanted: Definition["partials"],
  read: (file: string) => string,
  watch: (folder: string) => void,
): ReadPartials {
  const result: ReadPartials = {
    partials: { handlebars: {}, liquid: {} },
    partialFiles: { handlebars: {}, liquid: {} },
  };
  for (const [name, file] of wantedFiles(path, wanted, watch)) {
    const own = endingEngine(file);
    for (const engine of own === undefined ? (["handlebars", "liquid"] as const) : [own]) {
      const taken = result.partialFiles[engine][name];
      if (taken !== undefined && own === undefined) continue;
      if (taken !== undefined && endingEngine(taken) !== undefined) throw sameName(name, taken, file);
      result.partials[engine][name] = read(file);
      result.partialFiles[engine][name] = file;
    }
  }
  return result;
}

function wantedFiles(
  path: string,
  wanted: Definition["partials"],
  watch: (folder: string) => void,
): (readonly [string, string])[] {
  if (wanted === undefined) return [];
  if (typeof wanted === "object" && !Array.isArray(wanted)) return Object.entries(wanted);
  return [wanted].flat().flatMap((folder) => filesIn(path, folder, "", watch));
}

/** Links to folders are not followed: they may lead back. */
function filesIn(
  path: string,
  folder: string,
  under: string,
  watch: (folder: string) => void,
): (readonly [string, string])[] {
  const here = join(folder, under);
  const real = pathInside(path, here);
  watch(real);
  return entriesOf(real, here).flatMap((entry) => {
    const name = posix.join(under, entry.name);
    if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
    if (entry.isDirectory()) return filesIn(path, folder, name, watch);
    return ENDING.test(name) ? [[name.replace(ENDING, ""), join(folder, name)] as const] : [];
  });
}

function entriesOf(folder: string, name: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    throw new FolderError(`${name}: expected a folder of partials, but got: ${systemText(error)}`, { cause: error });
  }
}

function sameName(name: string, one: string, other: string): FolderError {
  return new FolderError(`partials: expected one file for ${name}, but got: ${one} and ${other}`);
}
