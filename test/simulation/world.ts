import type { Milliseconds, UnixMs } from "offer-code";

/** 3 November 2026, 12:00 UTC: the wall clock when a schedule begins. */
export const START: UnixMs = Date.UTC(2026, 10, 3, 12);

type Event = { time: Milliseconds; number: number; owner: string | null; act: () => unknown; isCancelled: boolean };

export type Scheduled = { cancel(): void };

// Taken before anything replaces them.
const nextTurn = globalThis.setImmediate;

/**
 * The time of a schedule, and what happens in it, one event after the other.
 *
 * An event belongs to a process or, with `null`, to the network. The promises that an event settles have run to their end before the next event,
 * so the order of everything follows from the events' times alone.
 */
export class World {
  /** Milliseconds since the schedule began, which no clock can set back. */
  now: Milliseconds = 0;
  /** The process whose code runs now. */
  current: string | null = null;
  /** How far the wall clock is ahead of the time that has passed: hours in which nothing happens. */
  jumped: Milliseconds = 0;
  #number = 0;
  readonly #events: Event[] = [];
  readonly #stalled = new Map<string, Milliseconds>();
  readonly #ended = new Set<string>();

  /** `turns`: how often an event's code may wait for the next turn of the real event loop. */
  constructor(readonly turns: number) {}

  wallClock(): UnixMs {
    return START + this.now + this.jumped;
  }

  after(delay: Milliseconds, owner: string | null, act: () => unknown): Scheduled {
    const event = { time: this.now + delay, number: this.#number++, owner, act, isCancelled: false };
    this.#insert(event);
    return {
      cancel() {
        event.isCancelled = true;
      },
    };
  }

  /** The process runs nothing until the time has passed, as if it had got a SIGSTOP. */
  stall(process: string, length: Milliseconds): void {
    this.#stalled.set(process, this.now + length);
  }

  isStalled(process: string): boolean {
    return (this.#stalled.get(process) ?? 0) > this.now;
  }

  /** Nothing of this process happens any more. What it has sent is under way all the same. */
  end(process: string): void {
    this.#ended.add(process);
  }

  /** Lets everything happen up to `until`. */
  async run(until: Milliseconds): Promise<void> {
    for (let event = this.#next(until); event !== undefined; event = this.#next(until)) {
      if (event.isCancelled || (event.owner !== null && this.#ended.has(event.owner))) continue;
      this.now = Math.max(this.now, event.time);
      const resumesAt = event.owner === null ? 0 : (this.#stalled.get(event.owner) ?? 0);
      if (resumesAt > this.now) {
        event.time = resumesAt;
        this.#insert(event);
        continue;
      }
      this.current = event.owner;
      await event.act();
      for (let turn = 0; turn < this.turns; turn++) await new Promise((resolve) => nextTurn(resolve));
    }
    this.now = until;
  }

  #next(until: Milliseconds): Event | undefined {
    const next = this.#events.at(-1);
    return next !== undefined && next.time <= until ? this.#events.pop() : undefined;
  }

  /** The next event is the last one of the list. */
  #insert(event: Event): void {
    const events = this.#events;
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(event, events[middle]!)) low = middle + 1;
      else high = middle;
    }
    events.splice(low, 0, event);
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.time === other.time ? one.number < other.number : one.time < other.time;
}
