import type { Command } from "commander";
import { allOfferStats, type OfferStats } from "../operations/stats.js";
import { type Answer, answers, storeCommand } from "./command.js";
import { windowText } from "./offer-text.js";
import { tableText } from "./table.js";

/** `offer-code offers` */
export function offersCommand(): Command {
  return storeCommand("offers", "list all offers: codes in the pool, given out, redeemed", [
    "offers",
    "offers --json",
  ]).action(
    answers(async ({ store }): Promise<Answer> => {
      const offers = await allOfferStats(store);
      return { text: offers.length === 0 ? "There is no offer yet." : offersText(offers), data: offers };
    }),
  );
}

function offersText(offers: readonly OfferStats[]): string {
  const heading = ["OFFER", "NAME", "WINDOW", "IN POOL", "GIVEN OUT", "REDEEMED", "LASTS", ""];
  return tableText(heading, offers.map(row));
}

function row(stats: OfferStats): (string | number)[] {
  const { offer, inPool, givenOut, redeemed, isLow } = stats;
  return [
    offer.id,
    offer.name ?? "",
    windowText(offer),
    inPool,
    givenOut,
    redeemed,
    lastsText(stats),
    isLow ? "low" : "",
  ];
}

/** How long the codes last at the rate of the last days: "12 days". */
export function lastsText({ daysLeft, available }: Pick<OfferStats, "daysLeft" | "available">): string {
  if (available === 0) return "empty";
  if (daysLeft === null) return "-";
  if (daysLeft === 0) return "less than a day";
  return `${daysLeft.toLocaleString("en-US")} day${daysLeft === 1 ? "" : "s"}`;
}
