import { createResolver, type Milliseconds, type OfferStore, type Resolver } from "offer-code";
import type { ClockChange } from "./history.js";
import { START, type World } from "./world.js";

/** What the resolver of each process remembers: enough, next to nothing, nothing, enough. */
const CACHES = [{ max: 100 }, { max: 2 }, false, { max: 100 }] as const;

/** A process as long as it runs: a store and a resolver of its own, and a clock that may be wrong. */
export type Actor = {
  readonly name: string;
  readonly store: OfferStore;
  readonly resolver: Resolver;
  setClock(by: Milliseconds): void;
  /** Notes what the clock shows, after something has changed it. */
  noteClock(): void;
  readonly ahead: Milliseconds;
  readonly clocks: readonly ClockChange[];
  /** `Infinity` while it runs. */
  endedAt: Milliseconds;
};

export function startActor(world: World, name: string, place: number, store: OfferStore, ahead: Milliseconds): Actor {
  let wrongBy = ahead;
  const clocks: ClockChange[] = [];
  const now = () => world.wallClock() + wrongBy;
  const noteClock = () => void clocks.push({ at: world.now, ahead: now() - START - world.now });
  noteClock();
  world.current = name;
  return {
    name,
    store,
    resolver: createResolver({ store, now, cache: CACHES[place % CACHES.length]! }),
    setClock(by) {
      wrongBy += by;
      noteClock();
    },
    noteClock,
    get ahead() {
      return wrongBy;
    },
    clocks,
    endedAt: Number.POSITIVE_INFINITY,
  };
}
