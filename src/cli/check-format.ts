import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { CheckReport, Finding } from "../preview/check.js";

export const FORMATS = ["text", "github", "sarif", "json"] as const;
export type Format = (typeof FORMATS)[number];

const SHOWN = 3;

/** What `check` prints. `folder`: what it checked, as the command names it. */
export function formatted(report: CheckReport, format: Format, folder: string): string {
  if (format === "json") return JSON.stringify(report, null, 2);
  if (format === "sarif") return JSON.stringify(sarif(report.findings, folder), null, 2);
  const lines = report.findings.map((finding) => (format === "github" ? annotation(finding, folder) : line(finding)));
  return [...lines, totalOf(report)].join("\n");
}

function totalOf({ findings, messages, notSent }: CheckReport): string {
  const count = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length;
  const stopped = notSent === 0 ? "" : `, ${notSent} would not be sent as their offers have no code for them`;
  return `${messages} messages rendered${stopped}: ${count("error")} errors, ${count("warning")} warnings`;
}

function line(finding: Finding): string {
  const { level, file, line, column } = finding;
  const position = [file, line, column].filter((each) => each !== null).join(":");
  return `${position}: ${level}: ${textOf(finding)}`;
}

/** The message, and where it was seen: in which templates, or in which messages of the only one. */
function textOf({ message, templates, who }: Finding): string {
  const seen = templates.length > 1 ? templates : who;
  if (seen.length === 0) return message;
  const more = seen.length > SHOWN ? `; and ${seen.length - SHOWN} more` : "";
  return `${message} [${seen.slice(0, SHOWN).join("; ")}${more}]`;
}

/** A workflow command of GitHub Actions, which shows the finding beside the line of a pull request. */
function annotation(finding: Finding, folder: string): string {
  const { level, line, column } = finding;
  const fields = { file: pathOf(finding, folder), line, col: column, title: "offer-code check" };
  const properties = Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${escaped(String(value)).replaceAll(":", "%3A").replaceAll(",", "%2C")}`);
  return `::${level} ${properties.join(",")}::${escaped(textOf(finding))}`;
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** SARIF 2.1.0, which code scanning reads. */
function sarif(findings: readonly Finding[], folder: string): object {
  return {
    version: "2.1.0",
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    runs: [
      {
        tool: { driver: { name: "offer-code check", rules: [{ id: "template" }] } },
        originalUriBaseIds: { CHECKED: { uri: `${pathToFileURL(process.cwd()).href}/` } },
        results: findings.map((finding) => ({
          ruleId: "template",
          level: finding.level,
          message: { text: textOf(finding) },
          locations: [{ physicalLocation: locationOf(finding, folder) }],
        })),
      },
    ],
  };
}

function locationOf(finding: Finding, folder: string): object {
  const { line, column } = finding;
  const uri = encodeURI(pathOf(finding, folder));
  const region = line === null ? undefined : { startLine: line, ...(column !== null && { startColumn: column }) };
  return { artifactLocation: { uri, uriBaseId: "CHECKED" }, ...(region && { region }) };
}

/** The path from where the command runs. A subject is in `preview.json`, which no line says. */
function pathOf({ file }: Finding, folder: string): string {
  return relative(process.cwd(), join(folder, file.replace(/ \(.*\)$/, ""))).replaceAll("\\", "/");
}
