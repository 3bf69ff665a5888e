import type { Kind } from "./checker/check.js";
import type { Schedule } from "./schedule.js";
import type { BackingName } from "./settings.js";

/** A violation that the simulator once found: what went wrong, and the smallest schedule that showed it. */
export type Found = {
  readonly what: string;
  readonly kind: Kind;
  readonly over: readonly BackingName[];
  readonly schedule: Schedule;
};

/** They stay, and run in the gate. */
export const FOUND: readonly Found[] = [];
