import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { checked } from "../domain/errors.js";
import { poolCodes } from "../intake/codes-file.js";
import { textOf } from "../intake/source.js";
import type { Channel, Engine } from "./api.js";
import { type Definition, definitionSchema, endingEngine, type TemplateEntry } from "./definition.js";
import { FolderError, pathInside } from "./inside.js";
import { parseJson } from "./json.js";
import { type Partials, readPartials } from "./partials.js";
import type { MjmlFile, SetupFile } from "./render/protocol.js";
import { systemText } from "./system-error.js";

export const DEFINITION_FILE = "preview.json";
const LARGEST_FILE = 20_000_000;

/** A text that a template engine renders: a file of the folder, or (a subject) a line of `preview.json`. */
export type Source = { engine: Engine; text: string; file: string | null; mjml?: MjmlFile };

export type Template = {
  id: string;
  name: string;
  channel: Channel;
  subject: Source | null;
  body: Source;
  /** What the body is put into. */
  layout: Source | null;
  text: Source | null;
  entry: TemplateEntry;
};

/** Everything that a preview folder says, read at one moment. `watched`: the folders whose files it came from. */
export type Folder = {
  path: string;
  definition: Definition;
  templates: Template[];
  partials: Partials;
  /** The files of the partials, by engine and name. */
  partialFiles: Partials;
  setup: SetupFile | null;
  codes: Map<string, string[]>;
  watched: string[];
};

/** Reads a preview folder. Throws `InvalidInputError` or `FolderError`, both of which name the file and the field. */
export async function readFolder(path: string): Promise<Folder> {
  const definition = readDefinition(path);
  const watched = new Set([pathInside(path, ".")]);
  const read = (name: string) => {
    const file = pathInside(path, name);
    watched.add(dirname(file));
    return readText(file, name);
  };
  const templates = definition.templates.map((entry) => readTemplate(path, entry, read));
  const codes = new Map<string, string[]>();
  for (const { file } of definition.offers.flatMap((offer) => offer.codes)) {
    codes.set(file, await poolCodes(textOf(file, read(file))));
  }
  const { partials, partialFiles } = readPartials(path, definition.partials, read, (folder) => watched.add(folder));
  const setup = definition.setup === undefined ? null : setupFile(path, definition.setup, read(definition.setup));
  return { path, definition, templates, partials, partialFiles, setup, codes, watched: [...watched] };
}

function setupFile(folder: string, name: string, text: string): SetupFile {
  return { path: pathInside(folder, name), name, version: versionOf(text) };
}

function versionOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function readDefinition(path: string): Definition {
  const text = readText(pathInside(path, DEFINITION_FILE), DEFINITION_FILE);
  return checked(definitionSchema, DEFINITION_FILE, parseJson(text, DEFINITION_FILE));
}

function readTemplate(folder: string, entry: TemplateEntry, read: (name: string) => string): Template {
  const { id, name = id, channel, file, subject, text } = entry;
  const engineOf = (name: string) => endingEngine(name) ?? entry.engine ?? "handlebars";
  const sourceOf = (file: string): Source => {
    const text = read(file);
    const mjml = isMjml(file) ? mjmlFile(folder, file, text, read) : undefined;
    return { engine: engineOf(file), text, file, ...(mjml && { mjml }) };
  };
  return {
    id,
    name,
    channel,
    entry,
    subject: subject === undefined ? null : { engine: engineOf(file), text: subject, file: null },
    body: sourceOf(file),
    layout: entry.layout === undefined ? null : sourceOf(entry.layout),
    text: text === undefined ? null : sourceOf(text),
  };
}

/** `mail.mjml`, and `mail.mjml.hbs` */
function isMjml(file: string): boolean {
  return /\.mjml(\.|$)/.test(file);
}

const INCLUDE = /<mj-include\b[^>]*?\bpath\s*=\s*["']([^"']+)["']/g;

/** MJML reads its includes by itself. They are read here as well, to be watched and to stay inside the folder. */
function mjmlFile(folder: string, file: string, text: string, read: (name: string) => string): MjmlFile {
  const texts = new Map([[file, text]]);
  for (const [from, each] of texts) {
    for (const [, name = ""] of each.matchAll(INCLUDE)) {
      const included = join(dirname(from), name);
      if (!texts.has(included)) texts.set(included, read(included));
    }
  }
  return { path: pathInside(folder, file), folder: pathInside(folder, "."), version: versionOf([...texts].join("\0")) };
}

function readText(file: string, name: string): string {
  try {
    const { size } = statSync(file);
    if (size > LARGEST_FILE) throw new FolderError(`${name}: expected at most ${LARGEST_FILE} bytes, but got: ${size}`);
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof FolderError) throw error;
    throw new FolderError(`${name}: cannot be read: ${systemText(error)}`, { cause: error });
  }
}
