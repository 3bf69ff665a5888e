import { Command, Option } from "commander";
import { checkWorkspace } from "../preview/check.js";
import { createRenderer } from "../preview/render/renderer.js";
import { FORMATS, type Format, formatted } from "./check-format.js";
import { type LiveOptions, liveOptions, openFolder, wholeNumber } from "./preview-folder.js";

type CheckCommandOptions = LiveOptions & { maxSegments: number; at?: string; format: Format; json?: true };

/** `offer-code check [folder]` */
export function checkCommand(): Command {
  const command = new Command("check")
    .description("render every template for every sample subscriber and type, and fail if something is wrong")
    .argument("[folder]", "a folder with a preview.json", ".")
    .option(
      "--max-segments <n>",
      "the most segments of an SMS, where its template says nothing",
      wholeNumber(1, 100),
      3,
    )
    .option("--at <when>", "a day or a time, such as 2026-12-24 or 2026-12-24T18:00, in the offer's time zone")
    .addOption(new Option("--format <format>", "how the findings are printed").choices(FORMATS).default("text"))
    .option("--json", "the same as --format json");
  for (const option of liveOptions()) command.addOption(option);
  return command.action(check);
}

async function check(folder: string, options: CheckCommandOptions): Promise<void> {
  const { workspace, close } = await openFolder(folder, options);
  const renderer = createRenderer();
  try {
    const report = await checkWorkspace(workspace, renderer, options);
    console.log(formatted(report, options.json ? "json" : options.format, folder));
    if (report.findings.some(({ level }) => level === "error")) process.exitCode = 1;
  } finally {
    await renderer.close();
    close();
  }
}
