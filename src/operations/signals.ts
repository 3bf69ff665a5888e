import { daysUntil, instantOf } from "../domain/calendar.js";
import type { UnixMs } from "../domain/units.js";
import { batchPeriod } from "../domain/window.js";
import type { OfferStore } from "../store/store.js";
import { type BatchStats, type OfferStats, offerStats, type StatsOptions } from "./stats.js";

/** Days before the end of a batch at which it is reported, where nobody says otherwise. */
export const ENDING_DAYS: readonly number[] = [7, 1];

/**
 * What an operator should know of an offer.
 * - `low-stock`: fewer than `level` of its `lowStock` levels are available; `left`: how many. One for the lowest level of which that is true.
 * - `batch-ending`: the batch ends in `daysLeft` calendar days of the offer's zone, `level` of the given days or fewer. `inPool` codes of it were given to nobody,
 *   `unredeemed` were given out and not used.
 */
export type OfferSignal =
  | { type: "low-stock"; offerId: string; left: number; level: number }
  | {
      type: "batch-ending";
      offerId: string;
      batch: string;
      endsOn: string;
      daysLeft: number;
      level: number;
      inPool: number;
      unredeemed: number;
    };

/** `endingDays`: days before the end of a batch at which it is reported. Default 7 and 1. */
export type SignalOptions = { endingDays?: readonly number[] };

/**
 * What is low or ends soon of one offer at an instant. Changes nothing.
 *
 * @example
 * for (const signal of await offerSignals(store, "welcome10")) console.log(signal.type);
 */
export async function offerSignals(
  store: OfferStore,
  offerId: string,
  { at, endingDays }: StatsOptions & SignalOptions = {},
): Promise<OfferSignal[]> {
  const now = instantOf("options.at", at ?? Date.now());
  return signalsOf(await offerStats(store, offerId, { at: now }), now, endingDays);
}

/** The same from stats at hand. */
export function signalsOf(stats: OfferStats, now: UnixMs, endingDays: readonly number[] = ENDING_DAYS): OfferSignal[] {
  const { offer, available, lowLevel, batches } = stats;
  const low: OfferSignal[] =
    lowLevel === null ? [] : [{ type: "low-stock", offerId: offer.id, left: available, level: lowLevel }];
  if (offer.window.type !== "custom-period") return low;
  return [...low, ...batches.flatMap((batch) => endingOf(stats, batch, now, endingDays))];
}

function endingOf(
  { offer }: OfferStats,
  { batch, inPool, givenOut, redeemed }: BatchStats,
  now: UnixMs,
  endingDays: readonly number[],
): OfferSignal[] {
  const unredeemed = givenOut - redeemed;
  if (batch.endsOn === undefined || inPool + unredeemed === 0) return [];
  const daysLeft = daysUntil(batchPeriod(batch, offer.timeZone).closesAt, now, offer.timeZone);
  const level = Math.min(...endingDays.filter((days) => daysLeft <= days));
  if (daysLeft === 0 || !Number.isFinite(level)) return [];
  const { id, endsOn } = batch;
  return [{ type: "batch-ending", offerId: offer.id, batch: id, endsOn, daysLeft, level, inPool, unredeemed }];
}

/** The name under which a store remembers a signal. */
export function signalName(signal: OfferSignal): string {
  const { type, offerId, level } = signal;
  const parts = type === "low-stock" ? [type, offerId, level] : [type, offerId, signal.batch, signal.endsOn, level];
  return JSON.stringify(parts);
}
