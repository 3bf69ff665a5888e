import { DAY, instantOf } from "../domain/calendar.js";
import { crossedLevel, lowStockLevels, type Offer, type OfferState } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";
import { batchPeriod, drawOrder } from "../domain/window.js";
import { availableIn } from "../resolver/peek.js";
import { unknownOffer } from "../store/checks.js";
import type { BatchCounts, OfferStore } from "../store/store.js";

/** The days that the rate is taken from, today among them. */
const RATE_DAYS = 7;

/** `open`: codes of the batch can be handed out; `not-yet`, `over`: its days are (only under a custom period). */
export type BatchStats = BatchCounts & { state: "open" | "not-yet" | "over" };

/**
 * - `available`: codes that can be given out today. `inPool`: codes that nobody has, those of closed batches included.
 * - `perDay`: codes given out per day, over the last seven days (UTC, including today) or since the first of them on which any was given.
 * - `daysLeft`: whole days until the available codes are gone at that rate, `null` while nothing is given out.
 * - `isLow`: fewer are available than the offer's `lowStock`; `lowLevel`: the lowest of its levels of which that is true, or `null`.
 */
export type OfferStats = {
  offer: Offer;
  available: number;
  inPool: number;
  givenOut: number;
  redeemed: number;
  perDay: number;
  daysLeft: number | null;
  isLow: boolean;
  lowLevel: number | null;
  batches: BatchStats[];
};

/** `at`: the instant, a `Date` or Unix milliseconds. Default: now. */
export type StatsOptions = { at?: Date | UnixMs | undefined };

/**
 * Counts an offer's codes at an instant, by batch, and estimates how long they will last. Its cost does not grow with the codes.
 *
 * @example
 * const { available, daysLeft } = await offerStats(store, "welcome10");
 */
export async function offerStats(store: OfferStore, offerId: string, options: StatsOptions = {}): Promise<OfferStats> {
  const now = instantOf("options.at", options.at ?? Date.now());
  const since = now - (RATE_DAYS - 1) * DAY;
  const [state, counts, given] = await Promise.all([
    store.loadOffer(offerId),
    store.counts(offerId),
    store.givenByDay(offerId, since, RATE_DAYS),
  ]);
  if (state === null || counts === null) throw unknownOffer(offerId);
  const { offer } = state;
  const available = availableIn(counts, drawOrder(state, now));
  const perDay = rateOf(given);
  const lowLevel = crossedLevel(lowStockLevels(offer), available);
  return {
    offer,
    available,
    inPool: sumOf(counts, "inPool"),
    givenOut: sumOf(counts, "givenOut"),
    redeemed: sumOf(counts, "redeemed"),
    perDay,
    daysLeft: perDay > 0 ? Math.floor(available / perDay) : null,
    isLow: lowLevel !== null,
    lowLevel,
    batches: counts.map((each) => ({ ...each, state: stateOf(state, each, now) })),
  };
}

/** `offerStats` for all offers, by id. */
export async function allOfferStats(store: OfferStore, options: StatsOptions = {}): Promise<OfferStats[]> {
  const offers = await store.listOffers();
  return Promise.all(offers.map(({ id }) => offerStats(store, id, options)));
}

function rateOf(given: readonly number[]): number {
  const first = given.findIndex((many) => many > 0);
  if (first < 0) return 0;
  return given.reduce((sum, many) => sum + many, 0) / (given.length - first);
}

function sumOf(counts: readonly BatchCounts[], field: "inPool" | "givenOut" | "redeemed"): number {
  return counts.reduce((sum, each) => sum + each[field], 0);
}

function stateOf({ offer }: OfferState, { batch }: BatchCounts, now: UnixMs): BatchStats["state"] {
  if (offer.window.type !== "custom-period") return "open";
  const { opensAt, closesAt } = batchPeriod(batch, offer.timeZone);
  if (now < opensAt) return "not-yet";
  return now < closesAt ? "open" : "over";
}
