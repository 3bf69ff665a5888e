import { eventually } from "./wait.js";

export type Command = { readonly name: string; readonly args: readonly string[] };

/** Commands by name, or by a test. */
export type Matching = string | readonly string[] | ((command: Command) => boolean);

export type Effect = "drop-reply" | "mute" | "cut-reply" | "cut-request" | "delay-reply";

export type FaultOptions = {
  /** How often it happens. @default always */
  readonly times?: number;
};

/** One thing that goes wrong with the commands that match, until it has happened `times` times or is ended. */
export type Fault = {
  readonly effect: Effect;
  /** In milliseconds. */
  readonly delay: number;
  /** How often it has happened. */
  readonly hits: number;
  /** Whether this command is struck; if so, that counts as a hit. */
  strikes(command: Command): boolean;
  /** Resolves when it has happened `count` times in all. @default 1 */
  happened(count?: number): Promise<void>;
  end(): void;
};

export function createFault(
  effect: Effect,
  matching: Matching,
  options: FaultOptions & { readonly delay?: number } = {},
): Fault {
  const { times = Number.POSITIVE_INFINITY, delay = 0 } = options;
  const matches = matcherOf(matching);
  let hits = 0;
  let ended = false;
  return {
    effect,
    delay,
    get hits() {
      return hits;
    },
    strikes(command) {
      if (ended || hits >= times || !matches(command)) return false;
      hits += 1;
      return true;
    },
    happened: (count = 1) => eventually(() => hits >= count, `"${effect}" to happen ${count} times`),
    end() {
      ended = true;
    },
  };
}

export function matcherOf(matching: Matching): (command: Command) => boolean {
  if (typeof matching === "function") return matching;
  const names = [matching].flat().map((name) => name.toUpperCase());
  return ({ name }) => names.includes(name);
}
