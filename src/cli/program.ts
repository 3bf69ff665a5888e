import { readFileSync } from "node:fs";
import { Command } from "commander";
import { EXIT_CODES_HELP } from "./exit-codes.js";
import { failureOf, oneLine } from "./failure.js";

/** Loads only the command that runs: loading them all takes longer than most of them run. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  define: async () => (await import("./define.js")).defineCommand(),
  offers: async () => (await import("./offers.js")).offersCommand(),
  stats: async () => (await import("./stats.js")).statsCommand(),
  import: async () => (await import("./import.js")).importCommand(),
  generate: async () => (await import("./generate.js")).generateCommand(),
  rollback: async () => (await import("./rollback.js")).rollbackCommand(),
  preflight: async () => (await import("./preflight.js")).preflightCommand(),
  explain: async () => (await import("./explain.js")).explainCommand(),
  who: async () => (await import("./who.js")).whoCommand(),
  redeem: async () => (await import("./redeem.js")).redeemCommand(),
  revoke: async () => (await import("./revoke.js")).revokeCommand(),
  codes: async () => (await import("./codes.js")).codesCommand(),
  merge: async () => (await import("./merge.js")).mergeCommand(),
  export: async () => (await import("./export.js")).exportCommand(),
  forget: async () => (await import("./forget.js")).forgetCommand(),
  watch: async () => (await import("./watch.js")).watchCommand(),
  reconcile: async () => (await import("./reconcile.js")).reconcileCommand(),
  init: async () => (await import("./init.js")).initCommand(),
  preview: async () => (await import("./preview.js")).previewCommand(),
  render: async () => (await import("./render.js")).renderCommand(),
  check: async () => (await import("./check.js")).checkCommand(),
};

/** Runs the command line and returns its exit code. A user's mistake throws nothing and prints no stack. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(args[0]);
    await program.parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const { line, exitCode } = failureOf(error);
    if (line !== null) process.stderr.write(`offer-code: ${line}\n`);
    if (process.env.OFFER_CODE_DEBUG) console.error(error);
    return exitCode;
  }
}

async function createProgram(asked: string | undefined): Promise<Command> {
  const program = new Command("offer-code")
    .description("Unique discount codes in templates: codes in, redemptions back, answers on demand.")
    .version(version(), "-V, --version")
    .configureOutput({ outputError: (text, write) => write(`offer-code: ${oneLine(text.replace(/^error: /, ""))}\n`) })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", `\nExample:\n  $ offer-code import --help\n${EXIT_CODES_HELP}`);
  const isKnown = asked !== undefined && Object.hasOwn(COMMANDS, asked);
  for (const name of isKnown ? [asked] : Object.keys(COMMANDS)) {
    const command = await (COMMANDS[name] as () => Promise<Command>)();
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}

function version(): string {
  const manifest = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
