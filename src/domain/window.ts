import { dayAfter, later, startOfDay } from "./calendar.js";
import type { HeldCode } from "./holding.js";
import type { Batch, Offer, OfferState } from "./offer.js";
import type { UnixMs } from "./units.js";

const MEMO_SIZE = 10_000;

/** When a held code stops being sent again under the offer's window as it is now. `Infinity`: never. */
export function expiryOf(state: OfferState, held: HeldCode): UnixMs {
  const { window } = state.offer;
  if (window.type === "never-expires") return Number.POSITIVE_INFINITY;
  if (window.type === "custom-period") return periodOf(state, held.batch).closesAt;
  return timeToLiveEnd(state, held.issuedAt);
}

/** Whether the held code lies inside the offer's window at `now`. A code is outside at the very instant its time ends. */
export function isInsideWindow(state: OfferState, held: HeldCode, now: UnixMs): boolean {
  if (state.offer.window.type === "custom-period") {
    const period = periodOf(state, held.batch);
    return period.opensAt <= now && now < period.closesAt;
  }
  return now < expiryOf(state, held);
}

/**
 * The batches to draw a new code from at `now`, by their numbers: under a custom period only the open
 * ones, the one that closes soonest first and none that closes sooner than `stopBefore`, otherwise all.
 */
export function drawOrder(state: OfferState, now: UnixMs): readonly number[] {
  if (state.offer.window.type !== "custom-period") return allBatches(state);
  return periodsOf(state)
    .filter(({ opensAt, drawnUntil, closesAt }) => opensAt <= now && now <= drawnUntil && now < closesAt)
    .map((period) => period.batch);
}

/** The offer at which every message gets a new code (a time to live of 0). */
export function isNewEachMessage(state: OfferState): boolean {
  const { window } = state.offer;
  return window.type === "time-to-live" && window.amount === 0;
}

/** First and last instant of a batch's days in a time zone: open from `opensAt`, closed from `closesAt`. */
export function batchPeriod(batch: Batch, timeZone: string): { opensAt: UnixMs; closesAt: UnixMs } {
  return {
    opensAt: batch.startsOn === undefined ? Number.NEGATIVE_INFINITY : startOfDay(batch.startsOn, timeZone),
    closesAt: batch.endsOn === undefined ? Number.POSITIVE_INFINITY : startOfDay(dayAfter(batch.endsOn), timeZone),
  };
}

/**
 * The last instant at which a batch that closes at `closesAt` is drawn from, by `stopBefore`: at that instant it closes exactly so much
 * later.
 */
export function drawnUntil({ window, timeZone }: Offer, closesAt: UnixMs): UnixMs {
  if (window.type !== "custom-period" || window.stopBefore === undefined || !Number.isFinite(closesAt)) return closesAt;
  const { amount, unit } = window.stopBefore;
  return later(closesAt, { amount: -amount, unit }, timeZone);
}

type Period = { batch: number; opensAt: UnixMs; drawnUntil: UnixMs; closesAt: UnixMs };
/** Results of the calendar for one state of an offer. Each takes microseconds to compute, so it is kept. */
type Calendar = { ends: Map<UnixMs, UnixMs>; periods?: Period[]; byClosing?: Period[]; all?: number[] };

const calendars = new WeakMap<OfferState, Calendar>();

function calendarOf(state: OfferState): Calendar {
  let calendar = calendars.get(state);
  if (calendar === undefined) {
    calendar = { ends: new Map() };
    calendars.set(state, calendar);
  }
  return calendar;
}

function timeToLiveEnd(state: OfferState, issuedAt: UnixMs): UnixMs {
  const { window, timeZone } = state.offer;
  if (window.type !== "time-to-live") return Number.POSITIVE_INFINITY;
  if (window.unit === "hour") return later(issuedAt, window, timeZone);
  const { ends } = calendarOf(state);
  let end = ends.get(issuedAt);
  if (end === undefined) {
    end = later(issuedAt, window, timeZone);
    if (ends.size >= MEMO_SIZE) ends.clear();
    ends.set(issuedAt, end);
  }
  return end;
}

function periodOf(state: OfferState, batch: number): Period {
  const calendar = calendarOf(state);
  calendar.periods ??= state.batches.map((each, index) => {
    const { opensAt, closesAt } = batchPeriod(each, state.offer.timeZone);
    return { batch: index, opensAt, drawnUntil: drawnUntil(state.offer, closesAt), closesAt };
  });
  return calendar.periods[batch] ?? neverOpen(batch);
}

function neverOpen(batch: number): Period {
  const never = Number.POSITIVE_INFINITY;
  return { batch, opensAt: never, drawnUntil: never, closesAt: never };
}

function periodsOf(state: OfferState): Period[] {
  const calendar = calendarOf(state);
  calendar.byClosing ??= state.batches
    .map((_, batch) => periodOf(state, batch))
    .sort((a, b) => (a.closesAt === b.closesAt ? a.batch - b.batch : a.closesAt - b.closesAt));
  return calendar.byClosing;
}

function allBatches(state: OfferState): number[] {
  const calendar = calendarOf(state);
  calendar.all ??= state.batches.map((_, batch) => batch);
  return calendar.all;
}
