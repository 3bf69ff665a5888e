import { setTimeout as pause } from "node:timers/promises";
import { type Command, InvalidArgumentError } from "commander";
import { DAY, HOUR } from "../domain/calendar.js";
import { StoreUnavailableError } from "../domain/errors.js";
import { ENDING_DAYS } from "../operations/signals.js";
import { type Deliver, type WatchRound, watchOffers } from "../operations/watch-offers.js";
import { webhook } from "../operations/webhook.js";
import { type CommandContext, storeCommand, withStore } from "./command.js";
import { EXIT } from "./exit-codes.js";

type WatchOptions = { every: number; webhook?: string; ending: readonly number[]; once?: true };

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: HOUR, d: DAY };
const MOST_PAUSE = 2_147_483_647;

/** `offer-code watch` */
export function watchCommand(): Command {
  return storeCommand(
    "watch",
    "report offers that run low and batches that end soon, each once, however many processes watch",
    ["watch --every 5m --webhook https://example.com/offers", "watch --once"],
  )
    .option("--every <time>", "how often to check: 30s, 5m, 1h", timeIn, 300_000)
    .option(
      "--webhook <url>",
      "post each report to this address as JSON, signed with OFFER_CODE_WEBHOOK_SECRET (default: print it)",
    )
    .option("--ending <days>", "days before the end of a batch on which to report it", daysIn, ENDING_DAYS)
    .option("--once", "check once and end; the exit code is 1 if a report was not delivered")
    .action(withStore<WatchOptions>(watch));
}

function timeIn(text: string): number {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const time = Number(amount) * (UNITS[unit as string] ?? 0);
  if (time > 0 && time <= MOST_PAUSE) return time;
  throw new InvalidArgumentError("It has to be a time such as 30s, 5m or 1h.");
}

function daysIn(text: string): number[] {
  const days = text.split(",").map(Number);
  if (days.every((each) => Number.isInteger(each) && each >= 1)) return days;
  throw new InvalidArgumentError("It has to be days such as 14,7,1.");
}

async function watch({ store, options, note }: CommandContext<WatchOptions>): Promise<void> {
  const { every, ending, once } = options;
  const deliver =
    options.webhook === undefined ? print : webhook({ url: options.webhook, secret: secretOf(process.env) });
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    while (!stopping.signal.aborted) {
      const failed = await look(() => watchOffers(store, deliver, { endingDays: ending }), note, once);
      if (failed > 0 && once) process.exitCode = EXIT.no;
      if (once) return;
      await pause(every, undefined, { signal: stopping.signal }).catch(() => {});
    }
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

/** One round. A watch continues when Redis is unavailable for a while. */
async function look(round: () => Promise<WatchRound>, note: (line: string) => void, once?: true): Promise<number> {
  try {
    const { failed } = await round();
    for (const { signal, error } of failed) {
      const what = `${signal.type} of ${signal.offerId}`;
      note(
        `offer-code: ${what}: not delivered: ${textOf(error)}${once ? "" : "; it is tried again in the next round"}`,
      );
    }
    return failed.length;
  } catch (error) {
    if (once || !(error instanceof StoreUnavailableError)) throw error;
    note(`offer-code: ${error.message}`);
    return 0;
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? `${error.message}: ${cause.message}` : error.message;
}

function secretOf({ OFFER_CODE_WEBHOOK_SECRET: secret }: NodeJS.ProcessEnv): string | undefined {
  return secret === "" ? undefined : secret;
}

const print: Deliver = async (signal) => {
  process.stdout.write(`${JSON.stringify(signal)}\n`);
};
