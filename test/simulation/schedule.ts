import type { Milliseconds } from "offer-code";
import { HOUR } from "../fixtures.js";
import { BEGINNING } from "./network.js";
import { type Random, randomFrom } from "./random.js";
import {
  BATCHES,
  CODES,
  isDated,
  MESSAGES,
  OFFERS,
  PROCESSES,
  SUBSCRIBERS,
  WINDOWS,
  type WindowName,
} from "./tables.js";

type Message = { readonly offer: string; readonly subscriber: string; readonly message: number };

/**
 * One thing that happens, `at` that many milliseconds after the schedule began, whatever else is still under way.
 * `again`: what the process sends meanwhile comes once more, so much later.
 */
export type Step = { readonly at: Milliseconds } & (
  | ({ readonly type: "send"; readonly process: number; readonly parts: number } & Message)
  | ({ readonly type: "release"; readonly process: number } & Message)
  | { readonly type: "redeem"; readonly process: number; readonly code: string }
  | { readonly type: "revoke"; readonly process: number; readonly code: string }
  | {
      readonly type: "import";
      readonly process: number;
      readonly offer: string;
      readonly batch: string;
      readonly codes: readonly string[];
    }
  | { readonly type: "withdraw"; readonly process: number; readonly offer: string; readonly batch: string }
  | { readonly type: "window"; readonly process: number; readonly offer: string; readonly window: WindowName }
  | { readonly type: "sign-up"; readonly process: number; readonly subscriber: string; readonly offer: string }
  | { readonly type: "forget"; readonly process: number; readonly subscriber: string }
  | { readonly type: "hours-pass"; readonly length: Milliseconds }
  | { readonly type: "clock"; readonly process: number; readonly by: Milliseconds }
  | { readonly type: "deafen"; readonly process: number; readonly length: Milliseconds }
  | { readonly type: "cut"; readonly process: number; readonly length: Milliseconds }
  | { readonly type: "crash"; readonly process: number }
  | { readonly type: "again"; readonly process: number; readonly length: Milliseconds; readonly later: Milliseconds }
);

/** `weather`: how many of a hundred requests meet a fault. `ahead`: by how much each process's clock is wrong in the beginning. */
export type Schedule = {
  readonly seed: number;
  readonly weather: number;
  readonly ahead: readonly Milliseconds[];
  readonly steps: readonly Step[];
};

/** Those that an offer gives out before others. */
const FIRST_GIVEN = [...CODES.slice(0, 3), ...CODES.slice(8, 10)];
const QUIET: Milliseconds = 16_000;

/** The schedule of a seed: always the same. */
export function scheduleOf(seed: number): Schedule {
  const random = randomFrom(seed);
  const weather = random.pick([0, 5, 10, 25]);
  const ahead = PROCESSES.map(() => (random.chance(0.6) ? 0 : random.pick([-HOUR, -900, 40, 3_000, 5 * HOUR])));
  const steps = beginning(random);
  const many = random.between(5, 55);
  let at = BEGINNING;
  for (let number = 0; number < many; number++) {
    at += gap(random);
    steps.push(nextStep(random, at, steps));
  }
  return { seed, weather, ahead, steps: [...steps, ...ending(random, at + QUIET)] };
}

function beginning(random: Random): Step[] {
  const process = 0;
  const window = random.pick(["never", "never", "5 hours", "2 days", "each message"] as const);
  return [
    { at: 0, type: "window", process, offer: "welcome", window },
    { at: 0, type: "window", process, offer: "season", window: "custom period" },
    { at: 100, type: "import", process, offer: "welcome", batch: "first", codes: CODES.slice(0, random.between(2, 8)) },
    {
      at: 100,
      type: "import",
      process,
      offer: "season",
      batch: "2nd to 5th",
      codes: CODES.slice(8, random.between(9, 14)),
    },
    { at: 100, type: "sign-up", process, subscriber: "ann", offer: "welcome" },
  ];
}

/** When all is quiet again, each process is asked once more. */
function ending(random: Random, at: Milliseconds): Step[] {
  return PROCESSES.map((_, process) => ({ at: at + process * 50, ...sendOf(random, process) }));
}

function gap(random: Random): Milliseconds {
  const kind = random.fraction();
  if (kind < 0.4) return random.between(0, 3);
  if (kind < 0.7) return random.between(3, 60);
  if (kind < 0.9) return random.between(60, 1_200);
  return random.between(1_200, 6_000);
}

function nextStep(random: Random, at: Milliseconds, before: readonly Step[]): Step {
  const process = random.between(0, PROCESSES.length - 1);
  const last = before.at(-1);
  // A message that is tried again right after its release meets processes that have not heard of it.
  if (last?.type === "release" && random.chance(0.5)) return { ...last, at, type: "send", process, parts: 1 };
  const kind = random.between(0, 99);
  if (kind < 30) return { at, ...sendOf(random, process) };
  if (kind < 48) return { at, ...(sentBefore(random, before) ?? sendOf(random, process)), process };
  if (kind < 60) return releaseOf(random, at, process, before);
  if (kind < 69) return { at, type: "redeem", process, code: random.pick(random.chance(0.6) ? FIRST_GIVEN : CODES) };
  if (kind < 71) return { at, type: "revoke", process, code: random.pick(FIRST_GIVEN) };
  if (kind < 77) return importOf(random, at, process);
  if (kind < 80) return { at, type: "withdraw", process, ...batchOf(random) };
  if (kind < 84) return windowOf(random, at, process);
  if (kind < 87)
    return { at, type: "sign-up", process, subscriber: random.pick(SUBSCRIBERS), offer: random.pick(OFFERS) };
  if (kind < 89) return { at, type: "forget", process, subscriber: random.pick(SUBSCRIBERS) };
  if (kind < 91) return { at, type: "hours-pass", length: random.pick([1, 5, 12, 36]) * HOUR };
  if (kind < 93) return { at, type: "clock", process, by: random.pick([-HOUR, -2_000, -50, 50, 4_000, 6 * HOUR]) };
  if (kind < 95) return { at, type: "deafen", process, length: random.between(100, 8_000) };
  if (kind < 96)
    return { at, type: "again", process, length: random.between(1, 400), later: random.between(20, 3_000) };
  if (kind < 98) return { at, type: "cut", process, length: random.between(100, 8_000) };
  return { at, type: "crash", process };
}

function sendOf(random: Random, process: number) {
  const message = {
    offer: offerOf(random),
    subscriber: random.pick(SUBSCRIBERS),
    message: random.between(0, MESSAGES.length - 1),
  };
  return { type: "send" as const, process, parts: random.pick([1, 1, 2, 3]), ...message };
}

function offerOf(random: Random): string {
  return random.chance(0.7) ? "welcome" : "season";
}

/** What was sent a short while ago, so that the same message is rendered twice, at times in two processes. */
function sentBefore(random: Random, before: readonly Step[]) {
  const sent = before.filter((step) => step.type === "send").slice(-4);
  if (sent.length === 0) return undefined;
  const { at: _, ...send } = random.pick(sent);
  return send;
}

function releaseOf(random: Random, at: Milliseconds, process: number, before: readonly Step[]): Step {
  const { parts: _, ...message } = sentBefore(random, before) ?? sendOf(random, process);
  return { at, ...message, type: "release", process };
}

function batchOf(random: Random) {
  const offer = offerOf(random);
  const fitting = Object.keys(BATCHES).filter((name) => isDated(name) === (offer === "season"));
  return { offer, batch: random.pick(random.chance(0.9) ? fitting : Object.keys(BATCHES)) };
}

function importOf(random: Random, at: Milliseconds, process: number): Step {
  const from = random.between(0, CODES.length - 1);
  const codes = CODES.slice(from, from + random.between(1, 6));
  return { at, type: "import", process, ...batchOf(random), codes };
}

function windowOf(random: Random, at: Milliseconds, process: number): Step {
  const offer = offerOf(random);
  const window = random.pick(Object.keys(WINDOWS) as WindowName[]);
  return {
    at,
    type: "window",
    process,
    offer,
    window: offer === "season" && random.chance(0.6) ? "custom period" : window,
  };
}
