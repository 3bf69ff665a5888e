// Who and what takes part in every schedule.
import type { DistributionWindow, MessageType } from "offer-code";

export const OFFERS = ["welcome", "season"] as const;
export const SUBSCRIBERS = ["ann", "ben", "cat", "dan"] as const;
export const PROCESSES = ["p0", "p1", "p2", "p3"] as const;
export const CODES = Array.from({ length: 18 }, (_, number) => `C${number}`);

/** Few enough that every claim of a subscriber is remembered. */
export const MESSAGES: readonly MessageType[] = [
  "campaign",
  "journey",
  "campaign",
  "auto-response",
  "already-subscribed",
];

export const WINDOWS = {
  never: { type: "never-expires" },
  "5 hours": { type: "time-to-live", amount: 5, unit: "hour" },
  "2 days": { type: "time-to-live", amount: 2, unit: "day" },
  "each message": { type: "time-to-live", amount: 0, unit: "day" },
  "custom period": { type: "custom-period" },
} satisfies Record<string, DistributionWindow>;
export type WindowName = keyof typeof WINDOWS;

/** The clock begins on 3 November, 12:00 UTC. Days are days of UTC. */
export const BATCHES: Record<string, { readonly startsOn?: string; readonly endsOn?: string }> = {
  first: {},
  second: {},
  "to the 3rd": { startsOn: "2026-11-01", endsOn: "2026-11-03" },
  "2nd to 5th": { startsOn: "2026-11-02", endsOn: "2026-11-05" },
  "from the 4th": { startsOn: "2026-11-04", endsOn: "2026-12-31" },
};
export type BatchName = string;

export function isDated(batch: BatchName): boolean {
  return BATCHES[batch]?.endsOn !== undefined;
}
