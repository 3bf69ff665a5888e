import type { OfferStore } from "offer-code";
import type { BackingMaker } from "./backing.js";
import { check, type Violation } from "./checker/check.js";
import type { FinalCode, FinalState, History } from "./history.js";
import { Network } from "./network.js";
import { Play } from "./play.js";
import { Recorder } from "./recorder.js";
import type { Schedule } from "./schedule.js";
import { CODES, OFFERS, SUBSCRIBERS } from "./tables.js";
import { World } from "./world.js";

/** By then everything that was under way has arrived. */
const LAST: number = 16_000;

/** How a schedule is run. `turns`: see `World`. */
export type Setting = { readonly make: BackingMaker; readonly turns: number };

/** Runs a schedule and returns what happened. */
export async function runSchedule(schedule: Schedule, { make, turns }: Setting): Promise<History> {
  const world = new World(turns);
  const network = new Network(world, schedule.seed, schedule.weather);
  const backing = await make(world, network);
  try {
    const recorder = new Recorder(world);
    const play = new Play(world, backing, network, recorder, schedule);
    await world.run((schedule.steps.at(-1)?.at ?? 0) + LAST);
    await play.close();
    const truth = backing.truth();
    const end = await finalState(truth, await backing.faults(OFFERS));
    return { operations: recorder.operations, clocks: play.clocks, end };
  } finally {
    await backing.close();
  }
}

/** What is wrong with what happened. */
export async function violationsOf(schedule: Schedule, setting: Setting): Promise<Violation[]> {
  return check(await runSchedule(schedule, setting));
}

async function finalState(store: OfferStore, faults: readonly string[]): Promise<FinalState> {
  const codes: FinalCode[] = [];
  for (const code of CODES) {
    const found = await store.findCode(code);
    if (found === null) continue;
    const { offerId: offer, batch, status, subscriberId: subscriber, redeemedAt, revoked } = found;
    const isGivenOut = status === "given-out";
    codes.push({
      code,
      offer,
      batch: batch.id,
      isGivenOut,
      subscriber,
      isRedeemed: redeemedAt !== null,
      isRevoked: revoked === true,
    });
  }
  const counts = new Map<string, FinalState["counts"] extends ReadonlyMap<string, infer Counts> ? Counts : never>();
  const holdings: { offer: string; subscriber: string; codes: string[] }[] = [];
  for (const offer of OFFERS) {
    counts.set(
      offer,
      ((await store.counts(offer)) ?? []).map((each) => ({ ...each, batch: each.batch.id })),
    );
    const held = await store.holdings(offer, SUBSCRIBERS);
    for (const [place, subscriber] of SUBSCRIBERS.entries()) {
      holdings.push({ offer, subscriber, codes: (held[place] ?? []).map(({ code }) => code) });
    }
  }
  return { codes, counts, holdings, faults };
}
