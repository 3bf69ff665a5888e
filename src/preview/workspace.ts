import { basename, resolve } from "node:path";
import { MESSAGE_TYPES, type MessageType } from "../domain/message.js";
import type { UnixMs } from "../domain/units.js";
import type { OfferReader } from "../resolver/peek.js";
import type { PartName, WorkspaceView } from "./api.js";
import { type Folder, readFolder, type Source, type Template } from "./folder.js";
import { OfferBook } from "./offer-book.js";
import { instantOf, sampleShop } from "./sample-shop.js";

const ALL_TYPES = Object.keys(MESSAGE_TYPES) as MessageType[];

/** A preview folder with the store behind it. `live`: the store is somebody's own, and is only read. */
export type Workspace = {
  readonly folder: Folder;
  readonly book: OfferBook;
  readonly live: boolean;
  /** The longest code of an offer's files, for counting an SMS at its longest. Of a live store only the sample is known. */
  longestCode(offerId: string): string | null;
  /** The moment that a preview starts at: the folder's own, or the clock's. */
  today(timeZone: string): UnixMs;
};

/** Reads a folder and fills an embedded store from it, or takes the live store given. */
export async function openWorkspace(
  path: string,
  options: { store?: OfferReader | undefined; now: () => UnixMs },
): Promise<Workspace> {
  const folder = await readFolder(resolve(path));
  const store = options.store ?? (await sampleShop(folder));
  const { now, subscribers } = folder.definition;
  const longest = options.store === undefined ? longestCodes(folder) : new Map<string, string>();
  return {
    folder,
    book: new OfferBook(
      store,
      subscribers.map(({ id }) => id),
    ),
    live: options.store !== undefined,
    longestCode: (offerId) => longest.get(offerId) ?? null,
    today: (timeZone) => (now === undefined ? options.now() : instantOf(now, timeZone)),
  };
}

export function templateOf({ folder }: Workspace, id: string): Template | undefined {
  return folder.templates.find((template) => template.id === id);
}

export function typesOf(template: Template): MessageType[] {
  return template.entry.types ?? ALL_TYPES;
}

/** The parts of a template by their names, in the order in which a reader meets them. */
export function sourcesOf(template: Template): [PartName, Source][] {
  const parts: [PartName, Source | null][] = [
    ["subject", template.subject],
    ["body", template.body],
    ["text", template.text],
  ];
  return parts.filter((part): part is [PartName, Source] => part[1] !== null);
}

export function workspaceView(workspace: Workspace, revision: number, problem: string | null): WorkspaceView {
  const { folder, live } = workspace;
  const { name, subscribers } = folder.definition;
  return {
    name: name ?? basename(folder.path),
    live,
    revision,
    problem,
    templates: folder.templates.map((template) => ({
      id: template.id,
      name: template.name,
      channel: template.channel,
      offer: template.entry.offer ?? null,
      types: typesOf(template),
      sources: Object.fromEntries(
        sourcesOf(template).map(([part, { engine, text, file }]) => [part, { engine, text, file }]),
      ),
    })),
    subscribers: subscribers.map(({ id, name: called, about, data }) => ({
      id,
      name: called ?? id,
      about: about ?? null,
      data,
    })),
  };
}

function longestCodes({ definition, codes }: Folder): Map<string, string> {
  const longest = new Map<string, string>();
  for (const offer of definition.offers) {
    for (const code of offer.codes.flatMap(({ file }) => codes.get(file) ?? [])) {
      if (code.length > (longest.get(offer.id)?.length ?? 0)) longest.set(offer.id, code);
    }
  }
  return longest;
}
