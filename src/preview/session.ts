import { type FSWatcher, readFileSync, watch, writeFileSync } from "node:fs";
import { InvalidInputError } from "../domain/errors.js";
import type { Milliseconds, UnixMs } from "../domain/units.js";
import type { OfferReader } from "../resolver/peek.js";
import type { PartName, WorkspaceView } from "./api.js";
import { pathInside } from "./inside.js";
import { wantedTemplate } from "./previewer.js";
import { systemText } from "./system-error.js";
import { openWorkspace, sourcesOf, type Workspace, workspaceView } from "./workspace.js";

/** Editors write a file in several steps. */
const SETTLE: Milliseconds = 80;
/** What was read from a live store is shown for this long. */
const LIVE_FOR: Milliseconds = 3000;
/** How long until a folder that could not be read is read again. */
const TRY_AGAIN: Milliseconds = 1000;

export type SessionOptions = { store?: OfferReader | undefined; now?: (() => UnixMs) | undefined };

/** A folder under work: read again whenever one of its files changes, and kept as it last was while it cannot be read. */
export type Session = {
  workspace(): Workspace;
  view(): WorkspaceView;
  /** Writes a part back to its file. `was`: what the writer expects there. */
  save(template: string, part: PartName, text: string, was: string): Promise<"saved" | "changed-meanwhile">;
  /** Reads the store again. */
  refresh(): void;
  onChange(listener: () => void): () => void;
  close(): void;
};

export async function openSession(path: string, options: SessionOptions = {}): Promise<Session> {
  const { store, now = Date.now } = options;
  let workspace = await openWorkspace(path, { store, now });
  let revision = 1;
  let problem: string | null = null;
  let readAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let watchers: FSWatcher[] = [];
  let closed = false;
  const listeners = new Set<() => void>();

  function watchFolders(): void {
    if (closed) return;
    for (const watcher of watchers) watcher.close();
    watchers = workspace.folder.watched.flatMap((folder) => watcherOf(folder, settle));
  }

  function settle(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), SETTLE);
  }

  async function reload(): Promise<void> {
    clearTimeout(timer);
    const before = problem;
    try {
      workspace = await openWorkspace(path, { store, now });
      problem = null;
      watchFolders();
    } catch (error) {
      problem = error instanceof InvalidInputError ? error.message : `the folder cannot be read: ${systemText(error)}`;
      // A folder that was renamed or removed notifies nobody when it is back.
      if (!closed) timer = setTimeout(() => void reload(), TRY_AGAIN).unref();
    }
    if (problem !== before || problem === null) notifyAll();
  }

  function notifyAll(): void {
    revision += 1;
    for (const listener of listeners) listener();
  }

  function forget(): void {
    workspace.book.forget();
    readAt = performance.now();
  }

  watchFolders();
  return {
    workspace() {
      if (workspace.live && performance.now() - readAt > LIVE_FOR) forget();
      return workspace;
    },
    view: () => workspaceView(workspace, revision, problem),
    async save(template, part, text, was) {
      const status = savePart(workspace, template, part, text, was);
      await reload();
      return status;
    },
    refresh() {
      forget();
      notifyAll();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** A folder that is gone by now has no watcher. */
function watcherOf(folder: string, changed: () => void): FSWatcher[] {
  try {
    return [watch(folder, { persistent: false }, changed).on("error", changed)];
  } catch {
    return [];
  }
}

/** The browser names a template and a part of it; only `preview.json` says which file that is. */
function savePart(workspace: Workspace, templateId: string, part: PartName, text: string, was: string) {
  const template = wantedTemplate(workspace, templateId);
  const file = sourcesOf(template).find(([name]) => name === part)?.[1].file ?? null;
  if (file === null)
    throw new InvalidInputError(`the ${part} of this template stands in preview.json: change it there`);
  const path = pathInside(workspace.folder.path, file);
  if (readFileSync(path, "utf8") !== was) return "changed-meanwhile" as const;
  writeFileSync(path, text);
  return "saved" as const;
}
