import type { Command } from "commander";
import { lowStockLevels } from "../domain/offer.js";
import { type OfferSignal, signalsOf } from "../operations/signals.js";
import { type BatchStats, type OfferStats, offerStats } from "../operations/stats.js";
import { type Answer, answers, storeCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { daysText, many, windowText } from "./offer-text.js";
import { lastsText } from "./offers.js";
import { fieldsText, numberText, tableText } from "./table.js";

/** `offer-code stats OFFER` */
export function statsCommand(): Command {
  return storeCommand("stats", "count an offer's codes by batch, and estimate how long they will last", [
    "stats welcome10",
    "stats welcome10 --check",
  ])
    .argument("<offer>", "id of the offer")
    .option("--check", "end with exit code 1 where the stock is low or a batch ends within 7 days")
    .action(
      answers<{ check?: true }>(async ({ store, args, options }): Promise<Answer> => {
        const now = Date.now();
        const stats = await offerStats(store, args[0] as string, { at: now });
        const signals = signalsOf(stats, now);
        const isFine = !options.check || signals.length === 0;
        const text = [statsText(stats), ...(options.check ? signals.map(signalText) : [])].join("\n");
        return { text, data: { ...stats, signals }, exitCode: isFine ? EXIT.done : EXIT.no };
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

function lowStockText({ offer, lowLevel }: OfferStats): string {
  const [highest] = lowStockLevels(offer);
  if (highest === undefined) return "no level set";
  return lowLevel === null ? `no, not below ${numberText(highest)}` : `yes, below ${numberText(lowLevel)}`;
}

function signalText(signal: OfferSignal): string {
  if (signal.type === "low-stock")
    return `Low: ${many(signal.left, "code")} left, fewer than ${numberText(signal.level)}.`;
  const { batch, endsOn, inPool, unredeemed } = signal;
  return `Ending: batch ${batch} on ${endsOn}, ${many(inPool, "code")} in the pool, ${numberText(unredeemed)} given out and not redeemed.`;
}
