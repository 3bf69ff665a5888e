import { syncBuiltinESMExports } from "node:module";
import promised from "node:timers/promises";
import type { Scheduled, World } from "./world.js";

/** Lets every timer and clock of the code under test follow the world's time, until the function that it returns is called. */
export function useVirtualTimers(world: World): () => void {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const [realNow, realDate, realWait] = [performance.now, Date.now, promised.setTimeout];

  const later = (act: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) =>
    timer(world.after(Math.max(1, delay), world.current, () => act(...args)));
  const every = (act: () => void, delay: number) => {
    const owner = world.current;
    const repeat = (): Scheduled =>
      world.after(delay, owner, () => {
        next = repeat();
        act();
      });
    let next = repeat();
    return timer({ cancel: () => next.cancel() });
  };
  const clear = (each: Timer | undefined) => each?.cancel();
  Object.assign(globalThis, { setTimeout: later, setInterval: every, clearTimeout: clear, clearInterval: clear });
  performance.now = () => world.now;
  Date.now = () => world.wallClock();
  promised.setTimeout = (delay) => new Promise((resolve) => later(resolve as () => void, delay));
  syncBuiltinESMExports();

  return () => {
    Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
    performance.now = realNow;
    Date.now = realDate;
    promised.setTimeout = realWait;
    syncBuiltinESMExports();
  };
}

type Timer = Scheduled & { ref(): Timer; unref(): Timer };

function timer({ cancel }: Scheduled): Timer {
  const made: Timer = { cancel, ref: () => made, unref: () => made };
  return made;
}
