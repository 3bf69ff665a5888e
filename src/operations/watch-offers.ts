import { instantOf } from "../domain/calendar.js";
import { lowStockLevels } from "../domain/offer.js";
import type { OfferStore } from "../store/store.js";
import { type OfferSignal, type SignalOptions, signalName, signalsOf } from "./signals.js";
import { allOfferStats, type OfferStats, type StatsOptions } from "./stats.js";

/** Delivers one signal. Rejecting means that it was not delivered, and will be tried in the next round. */
export type Deliver = (signal: OfferSignal) => Promise<void>;

/** What became of the signals of one round. `known`: delivered before, or by another process. */
export type WatchRound = { delivered: OfferSignal[]; known: number; failed: { signal: OfferSignal; error: unknown }[] };

/**
 * Looks at all offers once and delivers what is low or ends soon: each signal once, over all processes that share the store, and low stock again after the stock had
 * recovered. A signal whose delivery fails is delivered in a later round.
 *
 * @example
 * await watchOffers(store, webhook({ url, secret }));
 */
export async function watchOffers(
  store: OfferStore,
  deliver: Deliver,
  { at, endingDays }: StatsOptions & SignalOptions = {},
): Promise<WatchRound> {
  const now = instantOf("options.at", at ?? Date.now());
  const round: WatchRound = { delivered: [], known: 0, failed: [] };
  for (const stats of await allOfferStats(store, { at: now })) {
    await forgetRecovered(store, stats);
    for (const signal of signalsOf(stats, now, endingDays)) await deliverOnce(store, signal, deliver, round);
  }
  return round;
}

async function deliverOnce(store: OfferStore, signal: OfferSignal, deliver: Deliver, round: WatchRound): Promise<void> {
  const name = signalName(signal);
  if (!(await store.takeSignal(name))) {
    round.known += 1;
    return;
  }
  try {
    await deliver(signal);
    round.delivered.push(signal);
  } catch (error) {
    await store.settleSignal(name, false);
    round.failed.push({ signal, error });
    return;
  }
  await store.settleSignal(name, true);
}

async function forgetRecovered(store: OfferStore, { offer, available }: OfferStats): Promise<void> {
  const recovered = lowStockLevels(offer).filter((level) => available >= level);
  const signals = recovered.map((level) =>
    signalName({ type: "low-stock", offerId: offer.id, left: available, level }),
  );
  await Promise.all(signals.map((signal) => store.settleSignal(signal, false)));
}
