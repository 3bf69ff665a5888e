import { pathToFileURL } from "node:url";
import type Handlebars from "handlebars";
import type { Liquid, LiquidOptions } from "liquidjs";
import type { PartError, SetupFile } from "./protocol.js";

/** What the `setup` module of a folder may export. A function may return a promise. */
export type Setup = {
  handlebars?(engine: typeof Handlebars): unknown;
  handlebarsOptions?: CompileOptions;
  liquid?(engine: Liquid): unknown;
  liquidOptions?: LiquidOptions;
};

/** The `setup` module of a folder failed: what it threw, with the place in it. */
export class SetupError extends Error {
  override name = "SetupError";

  constructor(
    readonly error: PartError,
    cause: unknown,
  ) {
    super(error.message, { cause });
  }
}

/** Imports the module of a folder that prepares its engines. A changed file is imported anew. */
export async function loadSetup(file: SetupFile | null): Promise<Setup> {
  if (file === null) return {};
  const url = `${pathToFileURL(file.path).href}?v=${file.version}`;
  return await inSetup(file, async () => (await import(url)) as Setup);
}

/** Runs a function of the module, whose error becomes a `SetupError`. */
export async function inSetup<Result>(
  file: SetupFile | null,
  run: () => Result | Promise<Result>,
): Promise<Awaited<Result>> {
  try {
    return await run();
  } catch (error) {
    throw file === null ? error : new SetupError(setupError(file, error), error);
  }
}

function setupError({ name, path }: SetupFile, error: unknown): PartError {
  const { message = String(error), stack = "" } = error as Partial<Error>;
  const after = stack.slice(stack.indexOf(path) + path.length);
  const place = stack.includes(path) ? /^(?:\?v=\w+)?:(\d+)(?::(\d+))?/.exec(after) : null;
  const [, line = null, column = null] = place ?? [];
  return {
    kind: "template",
    message: `the setup module fails: ${message.replace(/\?v=\w+/g, "")}`,
    line: line === null ? null : Number(line),
    column: column === null ? null : Number(column),
    file: name,
  };
}
