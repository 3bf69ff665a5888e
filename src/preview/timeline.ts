import { DAY } from "../domain/calendar.js";
import type { Message } from "../domain/message.js";
import type { Milliseconds, UnixMs } from "../domain/units.js";
import { batchPeriod, drawnUntil, expiryOf } from "../domain/window.js";
import { peekAnswer } from "../resolver/peek.js";
import type { Timeline, TimelineBar, TimelineMark } from "./api.js";
import { holdingAt, type Situation } from "./suppose.js";
import { dayText, labelOf, outcomeOf } from "./wording.js";

const BACK: Milliseconds = 45 * DAY;
const AHEAD: Milliseconds = 150 * DAY;
const MOST_BARS = 200;

/**
 * What this message would show on every day of the coming months, if it were the only one sent: the answer changes where a code
 * is received, redeemed or ends, and where a batch opens or closes, so the rule is applied at each of these instants.
 */
export function timelineOf(situation: Situation, message: Message, now: UnixMs, today: UnixMs): Timeline {
  const { state } = situation.facts;
  const from = Math.min(today, now) - BACK;
  const to = Math.max(today + AHEAD, now + 30 * DAY);
  const inRange = (at: UnixMs) => at > from && at < to;
  const starts = [from, ...turningPoints(situation).filter(inRange)].slice(0, MOST_BARS);
  const bars = starts.map((start, index): TimelineBar => {
    const answer = peekAnswer(situation.facts, holdingAt(situation.holding, start), message, start);
    const outcome = outcomeOf(answer, state.offer);
    const code = answer.isSample ? null : answer.code;
    return { from: start, to: starts[index + 1] ?? to, outcome, code, label: labelOf(answer) };
  });
  const batches = state.batches.map((batch) => {
    const { opensAt, closesAt } = batchPeriod(batch, state.offer.timeZone);
    return { id: batch.id, from: Math.max(opensAt, from), to: Math.min(closesAt, to) };
  });
  return {
    from,
    to,
    today,
    now,
    bars: joined(bars),
    marks: marksOf(situation).filter(({ at }) => inRange(at)),
    batches: state.offer.window.type === "custom-period" ? batches.filter((batch) => batch.from < batch.to) : [],
  };
}

function turningPoints({ facts: { state }, holding }: Situation): UnixMs[] {
  const ofCodes = (holding ?? []).flatMap((held) => [
    held.issuedAt,
    held.redeemedAt ?? held.issuedAt,
    expiryOf(state, held),
  ]);
  const ofBatches = state.batches.flatMap((batch) => {
    const { opensAt, closesAt } = batchPeriod(batch, state.offer.timeZone);
    return [opensAt, drawnUntil(state.offer, closesAt) + 1, closesAt];
  });
  const points = [...ofCodes, ...(state.offer.window.type === "custom-period" ? ofBatches : [])];
  return [...new Set(points.filter(Number.isFinite))].sort((one, other) => one - other);
}

/** Neighbours that show the same are one bar. */
function joined(bars: readonly TimelineBar[]): TimelineBar[] {
  const whole: TimelineBar[] = [];
  for (const bar of bars) {
    const last = whole.at(-1);
    if (last?.code === bar.code && last.outcome === bar.outcome && last.label === bar.label) last.to = bar.to;
    else whole.push({ ...bar });
  }
  return whole;
}

function marksOf({ facts: { state }, holding }: Situation): TimelineMark[] {
  const { timeZone } = state.offer;
  return (holding ?? []).flatMap((held) => {
    const marks: TimelineMark[] = [
      { at: held.issuedAt, kind: "received", label: `${held.code} received ${dayText(held.issuedAt, timeZone)}` },
    ];
    if (held.redeemedAt !== null) {
      const label = `${held.code} redeemed ${dayText(held.redeemedAt, timeZone)}`;
      marks.push({ at: held.redeemedAt, kind: "redeemed", label });
    }
    const ends = expiryOf(state, held);
    if (Number.isFinite(ends))
      marks.push({ at: ends, kind: "ends", label: `${held.code} ends ${dayText(ends - 1, timeZone)}` });
    return marks;
  });
}
