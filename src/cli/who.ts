import type { Command } from "commander";
import { isCode } from "../domain/identifier.js";
import type { CodeRecord } from "../store/store.js";
import { type Answer, answers, storeCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { batchText } from "./offer-text.js";
import { fieldsText, timeText } from "./table.js";

/** `offer-code who CODE` */
export function whoCommand(): Command {
  return storeCommand("who", "find a code: who has it, from which batch, redeemed or not", ["who A7K2"])
    .argument("<code>", "the code, in any letter case")
    .action(
      answers(async ({ store, args }): Promise<Answer> => {
        const code = args[0] as string;
        const record = isCode(code) ? await store.findCode(code) : null;
        if (record === null) return { text: `No offer has the code ${code}.`, data: null, exitCode: EXIT.no };
        const timeZone = (await store.loadOffer(record.offerId))?.offer.timeZone ?? "UTC";
        return { text: recordText(record, timeZone), data: record };
      }),
    );
}

function recordText(record: CodeRecord, timeZone: string): string {
  const { code, offerId, batch, status, subscriberId, messageId, issuedAt, redeemedAt } = record;
  const isGiven = status === "given-out";
  return fieldsText([
    ["code", code],
    ["offer", offerId],
    ["batch", batchText(batch)],
    ["holder", isGiven ? (subscriberId ?? "a subscriber who was forgotten") : inPoolText(record)],
    ["message", messageId],
    ["given out", timeIn(issuedAt, timeZone)],
    ...(record.revoked ? [["revoked", "yes"] as [string, string]] : []),
    ["redeemed", redeemedAt === null ? "no" : timeIn(redeemedAt, timeZone)],
  ]);
}

function inPoolText({ redeemedAt }: CodeRecord): string {
  return redeemedAt === null ? "nobody: it is in the pool" : "nobody: it was redeemed before it was given out";
}

function timeIn(at: number | null, timeZone: string): string {
  return at === null ? "-" : `${timeText(at, timeZone)} (${timeZone})`;
}
