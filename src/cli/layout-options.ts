import type { Command } from "commander";
import { InvalidInputError } from "../domain/errors.js";
import type { LayoutOptions } from "../intake/csv/table.js";

export type LayoutFlags = { columns?: string; header?: boolean };

/** Adds the options that say what a CSV file does not. */
export function withLayoutOptions(command: Command): Command {
  return command
    .option("--columns <names>", "the columns to read, by their names in the file, such as code=Coupon,end=Until")
    .option("--header", "the first line has the names of the columns, even if none of them is known")
    .option("--no-header", "the first line is data (columns then go by their numbers: code=2)");
}

export function layoutOptions({ columns, header }: LayoutFlags): LayoutOptions {
  return {
    ...(columns !== undefined && { columns: Object.fromEntries(columns.split(",").map(namedColumn)) }),
    ...(header !== undefined && { header }),
  };
}

function namedColumn(text: string): [string, string] {
  const [, column, name] = /^\s*([^=]+)=(.+)$/.exec(text) ?? [];
  if (column !== undefined && name !== undefined) return [column.trim(), name.trim()];
  throw new InvalidInputError(
    `--columns: expected names such as code=Coupon,end=Until, but got: ${JSON.stringify(text)}`,
  );
}
