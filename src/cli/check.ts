import { Command } from "commander";
import { type CheckReport, checkWorkspace, type Finding } from "../preview/check.js";
import { createRenderer } from "../preview/render/renderer.js";
import { type LiveOptions, liveOptions, openFolder, wholeNumber } from "./preview-folder.js";

const SHOWN = 3;

type CheckCommandOptions = LiveOptions & { maxSegments: number; at?: string; json?: true };

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
    .option("--json", "print the findings as JSON");
  for (const option of liveOptions()) command.addOption(option);
  return command.action(check);
}

async function check(folder: string, options: CheckCommandOptions): Promise<void> {
  const { workspace, close } = await openFolder(folder, options);
  const renderer = createRenderer();
  try {
    const report = await checkWorkspace(workspace, renderer, options);
    console.log(options.json ? JSON.stringify(report, null, 2) : reportText(report));
    if (report.findings.some(({ level }) => level === "error")) process.exitCode = 1;
  } finally {
    await renderer.close();
    close();
  }
}

function reportText({ findings, messages, notSent }: CheckReport): string {
  const count = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length;
  const stopped = notSent === 0 ? "" : `, ${notSent} would not be sent as their offers have no code for them`;
  const total = `${messages} messages rendered${stopped}: ${count("error")} errors, ${count("warning")} warnings`;
  return [...findings.map(findingText), total].join("\n");
}

function findingText({ level, file, line, column, message, who }: Finding): string {
  const position = [file, line, column].filter((each) => each !== null).join(":");
  const more = who.length > SHOWN ? `; and ${who.length - SHOWN} more` : "";
  const seen = who.length === 0 ? "" : ` [${who.slice(0, SHOWN).join("; ")}${more}]`;
  return `${position}: ${level}: ${message}${seen}`;
}
