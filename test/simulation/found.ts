import { HOUR } from "../fixtures.js";
import type { Schedule, Step } from "./schedule.js";
import type { BackingName } from "./settings.js";

/** A violation that the simulator once found: what went wrong, and the smallest schedule that showed it. */
export type Found = {
  readonly what: string;
  readonly over: readonly BackingName[];
  readonly schedule: Schedule;
};

/** They stay, and run in the gate. The seeds are those that showed them first. */
export const FOUND: readonly Found[] = [
  {
    what: "two-holders: a process that has not heard of a release showed the code to the message that had claimed it",
    over: ["memory", "redis"],
    schedule: calm(100378, [
      { at: 0, type: "window", process: 0, offer: "season", window: "custom period" },
      { at: 100, type: "import", process: 0, offer: "season", batch: "2nd to 5th", codes: ["C8", "C9", "C10", "C11"] },
      { at: 10_450, type: "send", process: 3, parts: 1, offer: "season", subscriber: "ann", message: 2 },
      { at: 10_470, type: "deafen", process: 3, length: 2_000 },
      { at: 10_509, type: "release", process: 2, offer: "season", subscriber: "ann", message: 2 },
      { at: 11_484, type: "send", process: 3, parts: 1, offer: "season", subscriber: "ann", message: 2 },
      { at: 11_535, type: "send", process: 2, parts: 1, offer: "season", subscriber: "dan", message: 1 },
    ]),
  },
  {
    what: "parts-differ: a cache that was full forgot what a message had shown, and the code was redeemed before its next part",
    over: ["memory", "redis"],
    schedule: calm(285491254, [
      { at: 0, type: "window", process: 0, offer: "welcome", window: "never" },
      {
        at: 100,
        type: "import",
        process: 0,
        offer: "welcome",
        batch: "first",
        codes: ["C0", "C1", "C2", "C3", "C4", "C5"],
      },
      { at: 100, type: "sign-up", process: 0, subscriber: "ann", offer: "welcome" },
      { at: 502, type: "send", process: 1, parts: 1, offer: "welcome", subscriber: "dan", message: 1 },
      { at: 16_968, type: "send", process: 1, parts: 3, offer: "welcome", subscriber: "dan", message: 0 },
      { at: 16_977, type: "send", process: 1, parts: 1, offer: "welcome", subscriber: "ben", message: 1 },
      { at: 16_978, type: "send", process: 1, parts: 1, offer: "season", subscriber: "ann", message: 4 },
      { at: 16_980, type: "redeem", process: 2, code: "C0" },
    ]),
  },
  {
    what: "stale: a message that waited for another one was judged by the time when that one had asked",
    over: ["memory", "redis"],
    schedule: calm(1571568536, [
      { at: 0, type: "window", process: 0, offer: "welcome", window: "5 hours" },
      { at: 100, type: "import", process: 0, offer: "welcome", batch: "second", codes: ["C7", "C8", "C9"] },
      { at: 10_721, type: "send", process: 1, parts: 1, offer: "welcome", subscriber: "ann", message: 0 },
      { at: 12_000, type: "send", process: 3, parts: 1, offer: "welcome", subscriber: "ben", message: 0 },
      { at: 13_932, type: "send", process: 3, parts: 1, offer: "welcome", subscriber: "ann", message: 1 },
      { at: 13_933, type: "hours-pass", length: 5 * HOUR },
      { at: 13_934, type: "send", process: 3, parts: 1, offer: "welcome", subscriber: "ann", message: 2 },
    ]),
  },
  {
    what: "two-holders: a release that came once more took back what its message had claimed since",
    over: ["redis"],
    schedule: calm(20362, [
      { at: 0, type: "window", process: 0, offer: "season", window: "custom period" },
      { at: 100, type: "import", process: 0, offer: "season", batch: "2nd to 5th", codes: ["C8"] },
      { at: 836, type: "send", process: 1, parts: 1, offer: "season", subscriber: "dan", message: 2 },
      { at: 2_910, type: "again", process: 0, length: 100, later: 1_000 },
      { at: 2_919, type: "release", process: 0, offer: "season", subscriber: "dan", message: 2 },
      { at: 3_028, type: "send", process: 1, parts: 1, offer: "season", subscriber: "dan", message: 2 },
      { at: 5_333, type: "send", process: 3, parts: 1, offer: "season", subscriber: "ann", message: 0 },
    ]),
  },
];

function calm(seed: number, steps: readonly Step[]): Schedule {
  return { seed, weather: 0, ahead: [0, 0, 0, 0], steps };
}
