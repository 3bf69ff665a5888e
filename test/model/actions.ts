import fc from "fast-check";
import type { DistributionWindow, MessageType } from "offer-code";
import { DAY, HOUR, instant, NOON } from "../fixtures.js";

export const OFFERS = ["welcome", "vip"];
export const SUBSCRIBERS = ["ann", "ben", "cat"];

/** So few that all claims of a subscriber are remembered. */
export const MESSAGES: Record<string, MessageType> = {
  m0: "campaign",
  m1: "journey",
  m2: "campaign",
  m3: "journey",
  m4: "auto-response",
  m5: "already-subscribed",
};

export const WINDOWS = {
  never: { type: "never-expires" },
  "5 hours": { type: "time-to-live", amount: 5, unit: "hour" },
  "2 days": { type: "time-to-live", amount: 2, unit: "day" },
  "each message": { type: "time-to-live", amount: 0, unit: "day" },
  "custom period": { type: "custom-period" },
  "custom period, 36 hours ahead": { type: "custom-period", stopBefore: { amount: 36, unit: "hour" } },
} satisfies Record<string, DistributionWindow>;
export type Window = keyof typeof WINDOWS;

type Days = {
  readonly startsOn?: string;
  readonly endsOn?: string;
  readonly opensAt: number;
  readonly closesAt: number;
};

/** Overlapping batches, two of which close at once. The clock begins on 3 November, 12:00. */
export const BATCHES: Record<string, Days> = {
  always: { opensAt: Number.NEGATIVE_INFINITY, closesAt: Number.POSITIVE_INFINITY },
  "to the 3rd": {
    endsOn: "2026-11-03",
    opensAt: Number.NEGATIVE_INFINITY,
    closesAt: instant("2026-11-04T00:00:00Z"),
  },
  "2nd to 5th": {
    startsOn: "2026-11-02",
    endsOn: "2026-11-05",
    opensAt: instant("2026-11-02T00:00:00Z"),
    closesAt: instant("2026-11-06T00:00:00Z"),
  },
  "4th to 5th": {
    startsOn: "2026-11-04",
    endsOn: "2026-11-05",
    opensAt: instant("2026-11-04T00:00:00Z"),
    closesAt: instant("2026-11-06T00:00:00Z"),
  },
  "from the 6th": {
    startsOn: "2026-11-06",
    opensAt: instant("2026-11-06T00:00:00Z"),
    closesAt: Number.POSITIVE_INFINITY,
  },
};
export const START = NOON;

export type Action =
  | { type: "import"; offer: string; batch: string; codes: string[] }
  | { type: "send"; message: string; subscriber: string; offer: string; parts: number; by: number }
  | { type: "redeem"; code: string }
  | { type: "release"; message: string; subscriber: string; offer: string }
  | { type: "wait"; time: number }
  | { type: "window"; offer: string; window: Window }
  | { type: "sign-up"; subscriber: string; offer: string };

const offer = fc.constantFrom("welcome", "welcome", "welcome", "vip");
const subscriber = fc.constantFrom(...SUBSCRIBERS);
const message = fc.constantFrom(...Object.keys(MESSAGES));
const window = fc.constantFrom(...(Object.keys(WINDOWS) as Window[]));
const batch = fc.constantFrom(...Object.keys(BATCHES));
const code = fc
  .tuple(fc.integer({ min: 0, max: 24 }), fc.boolean())
  .map(([number, isLower]) => (isLower ? `é${number}` : `É${number}`));
const time = fc.constantFrom(1, HOUR, 5 * HOUR - 1, 12 * HOUR - 1, 12 * HOUR, DAY, 2 * DAY - 1, 2 * DAY);

/** A release of what was sent so many sends ago: one of a message picked at random would seldom find anything. */
type ReleaseOfSent = { type: "release-sent"; ago: number };

const action: fc.Arbitrary<Action | ReleaseOfSent> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant("send" as const),
      message,
      subscriber,
      offer,
      parts: fc.integer({ min: 1, max: 3 }),
      by: fc.integer({ min: 0, max: 1 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("redeem" as const), code }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("release" as const), message, subscriber, offer }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("release-sent" as const), ago: fc.integer({ min: 0, max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("import" as const),
      offer,
      batch,
      codes: fc.array(code, { minLength: 0, maxLength: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("wait" as const), time }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("window" as const), offer, window }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("sign-up" as const), subscriber, offer }) },
);

/** A history: an offer under some window with some codes, and what happens then. */
export const history = fc
  .tuple(
    window,
    fc.array(code, { minLength: 3, maxLength: 12 }),
    batch,
    fc.array(action, { maxLength: 40, size: "max" }),
  )
  .map(([first, codes, from, actions]): Action[] => [
    { type: "window", offer: "welcome", window: first },
    { type: "import", offer: "welcome", batch: from, codes },
    ...actions.flatMap((each, at) => (each.type === "release-sent" ? releaseOf(actions.slice(0, at), each) : [each])),
  ]);

function releaseOf(before: readonly (Action | ReleaseOfSent)[], { ago }: ReleaseOfSent): Action[] {
  const sent = before.filter((each) => each.type === "send").at(-1 - ago);
  if (sent === undefined) return [];
  const { message, subscriber, offer } = sent;
  return [{ type: "release", message, subscriber, offer }];
}
