import { DAY, dayOf } from "../domain/calendar.js";
import type { HeldCode, Holding } from "../domain/holding.js";
import type { Batch } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";
import { expiryOf, isInsideWindow, isNewEachMessage } from "../domain/window.js";
import type { OfferFacts } from "../resolver/peek.js";
import type { Supposition } from "./api.js";

/** What the rule is applied to: facts as the store has them, or as they are supposed. */
export type Situation = { facts: OfferFacts; holding: Holding | null };

/**
 * The same situation with something supposed. Only facts change, never the rule: what is supposed goes to the same `decide` as
 * everything else.
 */
export function supposed(situation: Situation, suppositions: ReadonlySet<Supposition>, now: UnixMs): Situation {
  return CHANGES.filter(([supposition]) => suppositions.has(supposition)).reduce(
    (changed, [, change]) => change(changed, now),
    situation,
  );
}

/** Which suppositions can change nothing for this offer, and why. */
export function idleSuppositions({ facts }: Situation): Partial<Record<Supposition, string>> {
  const { window } = facts.state.offer;
  const idle: Partial<Record<Supposition, string>> = {};
  if (window.type === "never-expires") idle.expired = "Codes of this offer never expire";
  if (isNewEachMessage(facts.state)) idle.expired = "Every message of this offer gets a new code anyway";
  if (window.type !== "custom-period") idle["no-open-batch"] = "The batches of this offer carry no days";
  return idle;
}

/** What was held at `now`: later claims and redemptions have not happened yet. */
export function holdingAt(holding: Holding | null, now: UnixMs): Holding | null {
  const known = (holding ?? []).filter((held) => held.issuedAt <= now);
  const [newest, ...older] = known.map((held) =>
    held.redeemedAt !== null && held.redeemedAt > now ? { ...held, redeemedAt: null } : held,
  );
  return newest === undefined ? null : [newest, ...older];
}

type Change = (situation: Situation, now: UnixMs) => Situation;

/** In this order: what is held first, then what there is to give. */
const CHANGES: readonly [Supposition, Change][] = [
  ["never-received", (situation) => ({ ...situation, holding: null })],
  ["expired", expired],
  [
    "redeemed",
    (situation, now) => withNewest(situation, now, (held) => ({ ...held, redeemedAt: held.redeemedAt ?? now })),
  ],
  ["no-open-batch", (situation, now) => ({ ...situation, facts: withoutOpenBatch(situation.facts, now) })],
  ["pool-empty", (situation) => ({ ...situation, facts: withoutCodes(situation.facts) })],
];

function expired(situation: Situation, now: UnixMs): Situation {
  const { state } = situation.facts;
  if (state.offer.window.type === "custom-period") return inClosedBatch(situation, now);
  if (state.offer.window.type === "never-expires" || isNewEachMessage(state)) return situation;
  return withNewest(situation, now, (held) => {
    let old = { ...held, redeemedAt: null };
    if (isInsideWindow(state, old, now))
      old = { ...old, issuedAt: now - (expiryOf(state, { ...old, issuedAt: now }) - now) };
    while (isInsideWindow(state, old, now)) old = { ...old, issuedAt: old.issuedAt - DAY };
    return old;
  });
}

/** The held code came from one batch more, which closed the day before. */
function inClosedBatch(situation: Situation, now: UnixMs): Situation {
  const { facts } = situation;
  const batches = [...facts.state.batches, { id: "an earlier batch", endsOn: dayBefore(now) }];
  const counts = [...facts.counts];
  const moved = withNewest(situation, now, (held) => ({ ...held, redeemedAt: null, batch: batches.length - 1 }));
  return { ...moved, facts: { ...facts, counts, state: { ...facts.state, batches } } };
}

function withoutOpenBatch(facts: OfferFacts, now: UnixMs): OfferFacts {
  if (facts.state.offer.window.type !== "custom-period") return facts;
  const batches = facts.state.batches.map((batch): Batch => ({ id: batch.id, endsOn: earlier(batch, dayBefore(now)) }));
  return { ...facts, state: { ...facts.state, batches } };
}

function withoutCodes(facts: OfferFacts): OfferFacts {
  return { ...facts, counts: facts.counts.map((each) => ({ ...each, inPool: 0 })) };
}

/** Changes the code last received. Who holds none is supposed to have received a sample the day before. */
function withNewest(situation: Situation, now: UnixMs, change: (held: HeldCode) => HeldCode): Situation {
  const [newest, ...older] = situation.holding ?? [sampleHeld(situation.facts, now)];
  return { ...situation, holding: [change(newest), ...older] };
}

function sampleHeld(facts: OfferFacts, now: UnixMs): HeldCode {
  const code = facts.sample === "" ? "SAMPLE-CODE" : facts.sample;
  return { code, batch: 0, issuedAt: now - DAY, messageId: "supposed", redeemedAt: null, shared: true };
}

function earlier(batch: Batch, day: string): string {
  return batch.endsOn !== undefined && batch.endsOn < day ? batch.endsOn : day;
}

/** Two days back, so that it is over in every time zone. */
function dayBefore(now: UnixMs): string {
  return dayOf(now - 2 * DAY, "UTC");
}
