import { amountText } from "../domain/calendar.js";
import type { Batch, Offer } from "../domain/offer.js";

/** An offer's window in words: "time to live, 90 days". */
export function windowText({ window }: Pick<Offer, "window">): string {
  if (window.type === "never-expires") return "never expires";
  if (window.type === "custom-period") {
    const { stopBefore } = window;
    return stopBefore === undefined
      ? "custom period"
      : `custom period, new codes until ${amountText(stopBefore)} before its end`;
  }
  if (window.amount === 0) return "a new code for each message";
  return amountText(window);
}

/** A batch's days in words: "2026-11-01 to 2026-11-30". */
export function daysText({ startsOn, endsOn }: Batch): string {
  if (startsOn === undefined && endsOn === undefined) return "any day";
  if (startsOn === undefined) return `to ${endsOn}`;
  return endsOn === undefined ? `from ${startsOn}` : `${startsOn} to ${endsOn}`;
}

/** A batch by its name, with its days where the name does not say them. */
export function batchText(batch: Batch): string {
  const days = daysText(batch);
  return batch.id === days ? batch.id : `${batch.id} (${days})`;
}

/** "1 code", "2 codes". */
export function many(number: number, one: string, more = `${one}s`): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : more}`;
}
