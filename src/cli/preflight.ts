import type { Command } from "commander";
import type { MessageType } from "../domain/message.js";
import { audienceFile } from "../intake/audience.js";
import type { Preflight } from "../resolver/preflight.js";
import { createResolver } from "../resolver/resolver.js";
import { type Answer, answers, type CommandContext, storeCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { typeOption } from "./explain.js";
import { AT_HELP, instantIn } from "./instant.js";
import { createProgress } from "./progress.js";
import { fieldsText, numberText } from "./table.js";

type PreflightOptions = { type: MessageType; at?: string };

const WHY: Record<string, string> = {
  "first-code": "hold no code of it",
  redeemed: "redeemed theirs",
  expired: "hold one that has expired",
  "new-each-message": "get a new one with every message",
  "sign-up-offer": "never got a code of their sign-up offer",
};

/** `offer-code preflight OFFER AUDIENCE` */
export function preflightCommand(): Command {
  return storeCommand("preflight", "say before a send whether the codes will last; takes no code", [
    "preflight welcome10 audience.csv",
    "preflight welcome10 audience.csv --at 2026-12-24",
  ])
    .argument("<offer>", "id of the offer")
    .argument("<audience>", "CSV, plain or gzip (- for standard input): a column subscriber_id, or ids alone")
    .addOption(typeOption())
    .option("--at <when>", AT_HELP)
    .action(answers<PreflightOptions>(check));
}

async function check({ store, args, options }: CommandContext<PreflightOptions>): Promise<Answer> {
  const [offerId, audience] = args as [string, string];
  const at = await instantIn(store, offerId, options.at);
  const resolver = createResolver({ store, cache: false, now: () => at });
  const progress = createProgress();
  try {
    const onRow = (rows: number, part: number | null) => progress.showRead("Recipients", rows, part);
    const result = await resolver.preflight(offerId, audienceFile(audience, onRow), { type: options.type });
    progress.end();
    return { text: resultText(result), data: result, exitCode: result.short > 0 ? EXIT.no : EXIT.done };
  } finally {
    progress.end();
    await resolver.close();
  }
}

function resultText({ recipients, reuse, needNew, why, available, short }: Preflight): string {
  const reasons = Object.entries(why).map(([reason, many]): [string, number] => [`  ${WHY[reason] ?? reason}`, many]);
  const fields = fieldsText([
    ["recipients", recipients],
    ["keep a code", reuse],
    ["need a new code", needNew],
    ...reasons,
    ["codes available", available],
  ]);
  const verdict =
    short > 0 ? `SHORT by ${numberText(short)}.` : `Enough: ${numberText(available - needNew)} left afterwards.`;
  return `${fields}\n${verdict}`;
}
