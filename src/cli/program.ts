import { readFileSync } from "node:fs";
import { Command } from "commander";
import { checkCommand } from "./check.js";
import { defineCommand } from "./define.js";
import { EXIT_CODES_HELP } from "./exit-codes.js";
import { explainCommand } from "./explain.js";
import { exportCommand } from "./export.js";
import { failureOf, oneLine } from "./failure.js";
import { forgetCommand } from "./forget.js";
import { importCommand } from "./import.js";
import { offersCommand } from "./offers.js";
import { preflightCommand } from "./preflight.js";
import { previewCommand } from "./preview.js";
import { reconcileCommand } from "./reconcile.js";
import { redeemCommand } from "./redeem.js";
import { renderCommand } from "./render.js";
import { rollbackCommand } from "./rollback.js";
import { statsCommand } from "./stats.js";
import { whoCommand } from "./who.js";

const COMMANDS = [
  defineCommand,
  offersCommand,
  statsCommand,
  importCommand,
  rollbackCommand,
  preflightCommand,
  explainCommand,
  whoCommand,
  redeemCommand,
  exportCommand,
  forgetCommand,
  reconcileCommand,
  previewCommand,
  renderCommand,
  checkCommand,
];

/** Runs the command line and says how it ends. Nothing is thrown and no stack is printed for a user's mistake. */
export async function run(args: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    if (args.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const { line, exitCode } = failureOf(error);
    if (line !== null) process.stderr.write(`offer-code: ${line}\n`);
    if (process.env.OFFER_CODE_DEBUG) console.error(error);
    return exitCode;
  }
}

function createProgram(): Command {
  const program = new Command("offer-code")
    .description("Unique discount codes in templates: codes in, redemptions back, answers on demand.")
    .version(version(), "-V, --version")
    .configureOutput({ outputError: (text, write) => write(`offer-code: ${oneLine(text.replace(/^error: /, ""))}\n`) })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", `\nExample:\n  $ offer-code import --help\n${EXIT_CODES_HELP}`);
  for (const create of COMMANDS) {
    const command = create();
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}

function version(): string {
  const manifest = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
