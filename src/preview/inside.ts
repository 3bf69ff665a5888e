import { realpathSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { InvalidInputError } from "../domain/errors.js";
import { systemText } from "./system-error.js";

/** A file named in `preview.json` does not lie in its folder, or cannot be read. */
export class FolderError extends InvalidInputError {
  override name = "FolderError";
}

/**
 * The real path of a file or folder that lies inside `folder`. Links are followed first, so neither `..` nor a link
 * leads out of it.
 */
export function pathInside(folder: string, name: string): string {
  const root = realFolder(folder);
  const path = realPath(root, name);
  const way = relative(root, path);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw new FolderError(`${name}: expected a path inside the preview folder`);
  }
  return path;
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    throw new FolderError(`${folder}: ${systemText(error)}`, { cause: error });
  }
}

function realPath(root: string, name: string): string {
  if (name.includes("\0") || isAbsolute(name))
    throw new FolderError(`${name}: expected a path inside the preview folder`);
  try {
    return realpathSync(join(root, name));
  } catch (error) {
    throw new FolderError(`${name}: no such file in the preview folder`, { cause: error });
  }
}
