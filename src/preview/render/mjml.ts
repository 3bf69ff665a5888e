import { importPeer } from "../peer.js";
import type { MjmlFile, PartError } from "./protocol.js";

type Problem = { line: number; message: string };
type Compiled = { html: string; errors: readonly Problem[] };
type Compile = (source: string, options: object) => Compiled | Promise<Compiled>;

/**
 * The HTML of a source in MJML, which is the template then, with what MJML found wrong in it; any other source as it is. Rejects with a
 * `MissingPackageError` where `mjml` is not installed, and with MJML's own error for what is no MJML.
 */
export async function htmlOf(
  source: string,
  file: MjmlFile | undefined,
): Promise<{ html: string; errors: PartError[] }> {
  if (file === undefined) return { html: source, errors: [] };
  const { default: loaded } = await importPeer<{ default: Compile | { default: Compile } }>("mjml");
  const compile = typeof loaded === "function" ? loaded : loaded.default;
  const { html, errors } = await compile(source, {
    filePath: file.path,
    ignoreIncludes: false,
    includePath: [file.folder],
    validationLevel: "soft",
  });
  const found = errors.map(
    ({ line, message }): PartError => ({ kind: "template", message: `MJML: ${message}`, line, column: null }),
  );
  return { html, errors: found };
}
