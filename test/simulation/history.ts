// What is written down of a schedule, and all that the checker sees of it.
import type { Milliseconds, UnixMs } from "offer-code";
import type { BatchName, WindowName } from "./tables.js";

/** `delivery`: the parts of one message that a process renders over one message object have the same number. */
export type ResolveCall = {
  readonly type: "resolve";
  readonly offer: string;
  readonly subscriber: string;
  readonly message: string;
  readonly followsSignUp: boolean;
  readonly delivery: number;
};

export type Call =
  | ResolveCall
  | { readonly type: "release"; readonly offer: string; readonly subscriber: string; readonly message: string }
  | { readonly type: "redeem"; readonly code: string }
  | { readonly type: "revoke"; readonly code: string }
  | { readonly type: "import"; readonly offer: string; readonly batch: BatchName; readonly codes: readonly string[] }
  | { readonly type: "withdraw"; readonly offer: string; readonly batch: BatchName }
  | { readonly type: "window"; readonly offer: string; readonly window: WindowName }
  | { readonly type: "sign-up"; readonly subscriber: string; readonly offer: string }
  | { readonly type: "forget"; readonly subscriber: string };

/** What a message was answered, as far as it matters. */
export type Shown = {
  readonly offer: string;
  readonly code: string | null;
  readonly reason: string;
  readonly isNew: boolean;
  readonly batch: string | null;
  readonly issuedAt: UnixMs | null;
};

/** `failed`: it certainly did nothing. `unknown`: nobody can say whether it did. */
export type Outcome =
  | { readonly status: "ok"; readonly value: unknown }
  | { readonly status: "failed" | "unknown"; readonly why: string };

/**
 * One call: from when to when it ran, on the time that no clock sets back. `completed` is `Infinity` where its process ended before,
 * or where what it left may still come into effect.
 */
export type Operation<Of extends Call = Call> = {
  readonly number: number;
  readonly process: string;
  readonly call: Of;
  readonly invoked: Milliseconds;
  completed: Milliseconds;
  outcome: Outcome;
};

/** From `at` on, a process's clock is `ahead` of the time that has passed since the epoch's stand-in, `START`. */
export type ClockChange = { readonly at: Milliseconds; readonly ahead: Milliseconds };

/** What the store itself says when all is over. */
export type FinalState = {
  readonly codes: readonly FinalCode[];
  readonly counts: ReadonlyMap<string, readonly FinalCounts[]>;
  /** By offer and subscriber, codes. */
  readonly holdings: readonly {
    readonly offer: string;
    readonly subscriber: string;
    readonly codes: readonly string[];
  }[];
  /** What the store finds wrong with itself. */
  readonly faults: readonly string[];
};
export type FinalCode = {
  readonly code: string;
  readonly offer: string;
  readonly batch: string;
  readonly isGivenOut: boolean;
  readonly subscriber: string | null;
  readonly isRedeemed: boolean;
  readonly isRevoked: boolean;
};
export type FinalCounts = {
  readonly batch: string;
  readonly inPool: number;
  readonly givenOut: number;
};

export type History = {
  readonly operations: readonly Operation[];
  readonly clocks: ReadonlyMap<string, readonly ClockChange[]>;
  readonly end: FinalState;
};
