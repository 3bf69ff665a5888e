import type { Command } from "commander";
import { exportCodes, exportCodesCsv } from "../operations/export-codes.js";
import { type CommandContext, storeCommand, withStore } from "./command.js";
import { newFile, print } from "./output.js";

type ExportOptions = { batch?: string; out?: string };

/** `offer-code export OFFER` */
export function exportCommand(): Command {
  return storeCommand(
    "export",
    "write the codes that were given out as CSV (or, with --json, a JSON object to a line)",
    ["export welcome10 --out given-out.csv", "export welcome10 --batch 2026-11 | head"],
  )
    .argument("<offer>", "id of the offer")
    .option("--batch <name>", "only the codes of this batch")
    .option("--out <file>", "write to a file, which must not exist yet (default: standard output)")
    .action(withStore<ExportOptions>(writeExport));
}

async function writeExport({ store, args, options }: CommandContext<ExportOptions & { json?: true }>): Promise<void> {
  const offerId = args[0] as string;
  const only = options.batch === undefined ? {} : { batch: options.batch };
  const text = options.json ? jsonLines(exportCodes(store, offerId, only)) : exportCodesCsv(store, offerId, only);
  if (options.out === undefined) return print(text);
  const file = await newFile(options.out);
  try {
    await file.write(text);
  } finally {
    await file.close();
  }
}

async function* jsonLines(chunks: AsyncIterable<object[]>): AsyncGenerator<string> {
  for await (const rows of chunks) yield rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
