import type { Command } from "commander";
import { codesOf, type SubscriberCode } from "../operations/subscribers.js";
import { type Answer, answers, storeCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { tableText, timeText } from "./table.js";

const HEADING = ["CODE", "OFFER", "BATCH", "GIVEN OUT", "SENT UNTIL", "STATE"];

/** `offer-code codes SUBSCRIBER` */
export function codesCommand(): Command {
  return storeCommand("codes", "list all codes of a person, of all offers, newest first (times in UTC)", [
    "codes sub_1",
  ])
    .argument("<subscriber>", "id of the subscriber")
    .action(
      answers(async ({ store, args }): Promise<Answer> => {
        const subscriberId = args[0] as string;
        const codes = await codesOf(store, subscriberId);
        if (codes.length === 0) {
          return { text: `${subscriberId} was given no code.`, data: codes, exitCode: EXIT.no };
        }
        return { text: tableText(HEADING, codes.map(row)), data: codes };
      }),
    );
}

function row({ code, offerId, batch, issuedAt, expiresAt, redeemedAt, state }: SubscriberCode): string[] {
  const isRevoked = state === "revoked";
  const end = expiresAt === null ? "for ever" : timeText(expiresAt, "UTC");
  const word = redeemedAt === null || isRevoked ? state : `redeemed ${timeText(redeemedAt, "UTC")}`;
  return [code, offerId, batch, timeText(issuedAt, "UTC"), isRevoked ? "-" : end, word];
}
