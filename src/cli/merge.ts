import type { Command } from "commander";
import { mergeSubscribers } from "../operations/subscribers.js";
import { type Answer, answers, storeCommand } from "./command.js";
import { many } from "./offer-text.js";

/** `offer-code merge FROM INTO` */
export function mergeCommand(): Command {
  return storeCommand("merge", "merge two profiles of one person: codes and sign-up offer move", ["merge sub_2 sub_1"])
    .argument("<from>", "id of the subscriber to merge")
    .argument("<into>", "id of the subscriber that remains")
    .action(
      answers(async ({ store, args }): Promise<Answer> => {
        const [from, into] = args as [string, string];
        const merged = await mergeSubscribers(store, from, into);
        const text = `${from} -> ${into}: ${many(merged.codes, "code")} moved. Sign-up offer: ${merged.signUpOfferId ?? "none recorded"}.`;
        return { text, data: { from, into, ...merged } };
      }),
    );
}
