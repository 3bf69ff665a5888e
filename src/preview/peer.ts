import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A package that this one uses only if it is installed. */
export type Peer = "handlebars" | "liquidjs" | "ioredis" | "mjml";

/** A package that is needed is not installed. */
export class MissingPackageError extends Error {
  override name = "MissingPackageError";

  constructor(readonly peer: Peer) {
    super(`This needs the package ${peer}. Install it beside offer-code: npm install ${peer}`);
  }
}

/** Imports a peer from beside this package, or else from the project that the command runs in. */
export async function importPeer<Module>(peer: Peer): Promise<Module> {
  const homes = [import.meta.url, pathToFileURL(join(process.cwd(), "package.json")).href];
  for (const home of homes) {
    const path = resolved(peer, home);
    if (path !== undefined) return (await import(pathToFileURL(path).href)) as Module;
  }
  throw new MissingPackageError(peer);
}

function resolved(peer: Peer, home: string): string | undefined {
  try {
    return createRequire(home).resolve(peer);
  } catch {
    return undefined;
  }
}
