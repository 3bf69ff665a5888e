import { Command } from "commander";
import type { RedisStore } from "../store/redis/redis-store.js";
import { openStore } from "./store-connection.js";

/** What a command found: `text` for a person, `data` for `--json`, and how it ends. */
export type Answer = { readonly text: string; readonly data: unknown; readonly exitCode?: number };

/** What a command works with. Notes go to standard error, one line each. */
export type CommandContext<Options> = {
  readonly store: RedisStore;
  readonly args: readonly string[];
  readonly options: Options;
  note(line: string): void;
};

export type ConnectionOptions = { redis?: string; prefix?: string; json?: true };

/**
 * A command over a store: with `--redis`, `--prefix` and `--json`, one line of what it does, and examples. Arguments and further options
 * are added by the caller, what it does by `answers`.
 */
export function storeCommand(name: string, does: string, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  $ offer-code ${example}`).join("\n");
  return new Command(name)
    .description(does)
    .option(
      "--redis <url>",
      "address of Redis; of a cluster, one or more nodes (default: REDIS_URL, or redis://localhost:6379)",
      (url: string, before?: string) => (before === undefined ? url : `${before},${url}`),
    )
    .option("--prefix <prefix>", "prefix of every key in Redis (default: oc)")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExample:\n${lines}`);
}

/** The action of a command that prints one answer. */
export function answers<Options extends object>(
  act: (context: CommandContext<Options & ConnectionOptions>) => Promise<Answer>,
): (...given: unknown[]) => Promise<void> {
  return withStore<Options>(async (context) => {
    const { text, data, exitCode } = await act(context);
    process.stdout.write(`${context.options.json ? JSON.stringify(data, null, 2) : text}\n`);
    if (exitCode !== undefined) process.exitCode = exitCode;
  });
}

/** The action of a command that prints by itself. */
export function withStore<Options extends object>(
  act: (context: CommandContext<Options & ConnectionOptions>) => Promise<void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const options = command.opts() as Options & ConnectionOptions;
    const { store, close } = await openStore(options.redis, options.prefix);
    try {
      const args = command.processedArgs as string[];
      await act({ store, args, options, note: (line) => process.stderr.write(`${line}\n`) });
    } finally {
      await close();
    }
  };
}
