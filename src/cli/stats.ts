import type { Command } from "commander";
import { type BatchStats, type OfferStats, offerStats } from "../operations/stats.js";
import { type Answer, answers, storeCommand } from "./command.js";
import { daysText, windowText } from "./offer-text.js";
import { lastsText } from "./offers.js";
import { fieldsText, numberText, tableText } from "./table.js";

/** `offer-code stats OFFER` */
export function statsCommand(): Command {
  return storeCommand("stats", "count an offer's codes by batch, and say how long they will last", ["stats welcome10"])
    .argument("<offer>", "id of the offer")
    .action(
      answers(async ({ store, args }): Promise<Answer> => {
        const stats = await offerStats(store, args[0] as string, Date.now());
        return { text: statsText(stats), data: stats };
      }),
    );
}

function statsText(stats: OfferStats): string {
  const { offer, available, inPool, givenOut, redeemed, perDay, batches } = stats;
  const fields = fieldsText([
    ["offer", offer.name === undefined ? offer.id : `${offer.id} (${offer.name})`],
    ["window", `${windowText(offer)} (${offer.timeZone})`],
    ["in the pool", available === inPool ? inPool : `${numberText(inPool)}, ${numberText(available)} of them today`],
    ["given out", givenOut],
    ["redeemed", redeemed],
    ["rate", perDay === 0 ? "none given out in the last 7 days" : `${numberText(perDay)} a day over the last 7 days`],
    ["lasts", lastsText(stats)],
    ["low stock", lowStockText(stats)],
  ]);
  const heading = ["BATCH", "DAYS", "IN POOL", "GIVEN OUT", "REDEEMED", "STATE"];
  return batches.length === 0 ? fields : `${fields}\n\n${tableText(heading, batches.map(row))}`;
}

function row({ batch, inPool, givenOut, redeemed, state }: BatchStats): (string | number)[] {
  return [batch.id, daysText(batch), inPool, givenOut, redeemed, state === "not-yet" ? "not yet open" : state];
}

function lowStockText({ offer, isLow }: OfferStats): string {
  if (offer.lowStock === undefined) return "no level set";
  return `${isLow ? "yes, below" : "no, not below"} ${numberText(offer.lowStock)}`;
}
