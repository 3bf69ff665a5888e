import type { Milliseconds, UnixMs } from "offer-code";
import type { Call, FinalState, History, Operation, ResolveCall, Shown } from "../history.js";
import type { WindowName } from "../tables.js";
import { START } from "../world.js";

/** A process acts on what it knew for at most so long after a change that it could not hear of. */
export const STALE_AT_MOST: Milliseconds = 3_000;

/** From when to when something may have come into effect. */
export type Interval = { readonly from: Milliseconds; readonly to: Milliseconds };

/** A code that a message showed. `from`: when the question began that it shares with other parts of the message. */
export type Display = Interval & {
  readonly process: string;
  readonly call: ResolveCall;
  readonly shown: Shown & { readonly code: string };
};

/** A history, made ready for questions. */
export class Record {
  readonly displays: readonly Display[];
  /** Answers without a code. */
  readonly blanks: readonly (Interval & {
    readonly process: string;
    readonly call: ResolveCall;
    readonly shown: Shown;
  })[];
  readonly end: FinalState;

  constructor(readonly history: History) {
    this.end = history.end;
    const answers = sharedQuestions(history.operations.filter(isResolve));
    this.displays = answers.filter((answer): answer is Display => answer.shown.code !== null);
    this.blanks = answers.filter(({ shown }) => shown.code === null);
  }

  /** The calls of a type that may have done something. */
  calls<Type extends Call["type"]>(type: Type): Operation<Extract<Call, { type: Type }>>[] {
    const isOfType = (operation: Operation): operation is Operation<Extract<Call, { type: Type }>> =>
      operation.call.type === type && operation.outcome.status !== "failed";
    return this.history.operations.filter(isOfType);
  }

  /** Releases that may have taken back what was shown: not those by another message, begun when this one had shown the code already. */
  releases({ shown, call, to }: Display, message?: string): Interval[] {
    const { offer, code } = shown;
    const claimed = this.displays.filter(
      (other) =>
        other.shown.isNew &&
        other.shown.code === code &&
        other.shown.offer === offer &&
        other.call.subscriber === call.subscriber,
    );
    const claimants = new Set(claimed.map((other) => other.call.message));
    return this.calls("release")
      .filter((release) => release.call.offer === offer && release.call.subscriber === call.subscriber)
      .filter((release) => release.call.message === call.message || release.invoked <= to)
      .filter(({ call: { message: released } }) =>
        message === undefined ? claimants.size === 0 || claimants.has(released) : released === message,
      )
      .filter(({ outcome }) => outcome.status === "unknown" || mayHaveReleased(outcome))
      .map(intervalOf);
  }

  /** A subscriber's removal, with the time until every process knows of it. One whose outcome is unknown may still come. */
  forgets(subscriber: string, known: Milliseconds): Interval[] {
    return this.calls("forget")
      .filter(({ call }) => call.subscriber === subscriber)
      .map((operation) => ({ from: operation.invoked, to: openEnd(operation) + known }));
  }

  revocations(code: string): Interval[] {
    return this.calls("revoke")
      .filter(({ call }) => call.code === code)
      .map((operation) => ({ from: operation.invoked, to: Number.POSITIVE_INFINITY }));
  }

  /** The windows that an offer may have had at some time of the interval. */
  windows(offer: string, { from, to }: Interval): WindowName[] {
    const saves = this.calls("window").filter(({ call, invoked }) => call.offer === offer && invoked <= to);
    const confirmed = saves.filter(({ outcome }) => outcome.status === "ok");
    const isOver = (save: Operation) =>
      save.outcome.status === "ok" &&
      confirmed.some((later) => later.invoked > save.completed && later.completed <= from);
    return saves.filter((save) => !isOver(save)).map(({ call }) => call.window);
  }

  /** The lowest and the highest that a process's clock showed meanwhile. */
  clock(process: string, { from, to }: Interval): { low: UnixMs; high: UnixMs } {
    const changes = this.history.clocks.get(process) ?? [];
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [place, { at, ahead }] of changes.entries()) {
      const until = changes[place + 1]?.at ?? Number.POSITIVE_INFINITY;
      if (at > to || until < from) continue;
      low = Math.min(low, START + Math.max(at, from) + ahead);
      high = Math.max(high, START + Math.min(until, to) + ahead);
    }
    return { low, high };
  }
}

export function intervalOf({ invoked, completed }: Operation): Interval {
  return { from: invoked, to: completed };
}

/** When a call may come into effect at the latest. */
export function openEnd({ completed, outcome }: Operation): Milliseconds {
  return outcome.status === "ok" ? completed : Number.POSITIVE_INFINITY;
}

/** Whether something may have come into effect after `first` was true and before `second` was. */
export function liesBetween({ from, to }: Interval, first: Interval, second: Interval): boolean {
  return from <= second.to && to >= first.from;
}

function isResolve(operation: Operation): operation is Operation<ResolveCall> {
  return operation.call.type === "resolve" && operation.outcome.status === "ok";
}

function mayHaveReleased(outcome: Operation["outcome"]): boolean {
  const { status } = (outcome as { value?: { status?: string } }).value ?? {};
  return status === "released" || status === "nothing-claimed";
}

/** Parts of a message that a process is asked for at the same time share a question, so what they show may be as old as the first of them. */
function sharedQuestions(operations: readonly Operation<ResolveCall>[]) {
  const answers: (Interval & { process: string; call: ResolveCall; shown: Shown })[] = [];
  for (const operation of operations) {
    const { process, call, invoked, completed, outcome } = operation;
    const shared = answers.filter(
      (other) =>
        other.process === process &&
        other.call.subscriber === call.subscriber &&
        other.call.message === call.message &&
        other.to >= invoked,
    );
    const from = Math.min(invoked, ...shared.map((other) => other.from));
    const { value: shown } = outcome as unknown as { value: Shown };
    answers.push({ process, call, shown, from, to: completed });
  }
  return answers;
}
