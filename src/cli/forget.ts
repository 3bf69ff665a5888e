import type { Command } from "commander";
import { InvalidInputError } from "../domain/errors.js";
import { isId } from "../domain/identifier.js";
import { type Answer, answers, storeCommand } from "./command.js";
import { many } from "./offer-text.js";

/** `offer-code forget SUBSCRIBER` */
export function forgetCommand(): Command {
  return storeCommand("forget", "remove all data about a person; the codes stay given out", ["forget sub_1"])
    .argument("<subscriber>", "id of the subscriber")
    .action(
      answers(async ({ store, args }): Promise<Answer> => {
        const subscriberId = args[0] as string;
        if (!isId(subscriberId)) throw new InvalidInputError("subscriber: this cannot be the id of a subscriber");
        const codes = await store.forget(subscriberId);
        const text = `Forgotten: ${subscriberId}. ${many(codes, "code")} given out before, now to nobody in particular.`;
        return { text, data: { subscriberId, codes } };
      }),
    );
}
