import { InvalidArgumentError, Option } from "commander";
import { InvalidInputError, StoreUnavailableError } from "../domain/errors.js";
import { type Folder, readFolder } from "../preview/folder.js";
import { type LiveStore, openLiveStore } from "../preview/live-store.js";
import { importPeer, type Peer } from "../preview/peer.js";
import { openWorkspace, sourcesOf, type Workspace } from "../preview/workspace.js";
import { openStore } from "./store-connection.js";

export type LiveOptions = { redis?: string; prefix?: string };

/** The options with which a preview reads a live store instead of the folder's own offers. */
export function liveOptions(): Option[] {
  return [
    new Option("--redis <url>", "read offers and codes from this Redis; it is never written to").env(
      "OFFER_CODE_REDIS",
    ),
    new Option("--prefix <prefix>", "prefix of the store's keys (default: oc)"),
  ];
}

/**
 * Opens the live store of `--redis`, if given. Rejects where there is none: with the reason that its address or account does not work,
 * or that no offer has this prefix.
 */
export async function liveStore({ redis, prefix }: LiveOptions): Promise<LiveStore | undefined> {
  if (redis === undefined) return undefined;
  await reachRedis(redis, prefix);
  const live = await openLiveStore(redis, prefix);
  const problem = await live.problem();
  if (problem === null) return live;
  live.close();
  throw new InvalidInputError(problem);
}

/** Once at the start, by a connection that does not try again: a preview that is open survives an outage. */
async function reachRedis(redis: string, prefix: string | undefined): Promise<void> {
  try {
    await (await openStore(redis, prefix)).close();
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    throw new StoreUnavailableError(`${error.message}, so the live store cannot be reached`, { cause: error });
  }
}

/** The engines that a folder's templates need have to be there before the first of them is rendered. */
export async function requireEngines(folder: Folder): Promise<void> {
  const sources = folder.templates.flatMap((template) => [
    ...sourcesOf(template).map(([, source]) => source),
    ...(template.layout === null ? [] : [template.layout]),
  ]);
  const peers = { handlebars: "handlebars", liquid: "liquidjs" } as const;
  const needed = new Set<Peer>(sources.map(({ engine }) => peers[engine]));
  if (sources.some(({ mjml }) => mjml !== undefined)) needed.add("mjml");
  for (const peer of needed) await importPeer(peer);
}

/** Opens a folder for one command, and what it needs; `close` ends all of it. */
export async function openFolder(path: string, options: LiveOptions): Promise<{ workspace: Workspace; close(): void }> {
  await requireEngines(await readFolder(path));
  const live = await liveStore(options);
  const workspace = await openWorkspace(path, { store: live?.store, now: Date.now });
  return { workspace, close: () => live?.close() };
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
}
