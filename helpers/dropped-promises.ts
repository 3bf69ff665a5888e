import { promiseHooks } from "node:v8";

/**
 * The promises that nobody waits for in a render that is cut short.
 *
 * A stack may call its engine twice and drop the first promise (email-templates does). When the render is cut short, that promise rejects,
 * and Node would end the process for an unhandled rejection, though rendering starts again or the caller gets the error. So while such
 * a render is being watched, each promise that settles within it counts as handled.
 *
 * Returns what ends the watch. One hook serves all watches of the process; without a watch there is none.
 */
export function watchPromises(isDropped: () => boolean): () => void {
  watches += 1;
  stopHook ??= promiseHooks.onSettled((promise) => {
    if (!marks.has(promise) && isDropped()) marks.add(promise.then(undefined, () => undefined));
  }) as () => void;
  // Not at once: what was thrown reaches the last promise in later steps.
  return () => setImmediate(endWatch);
}

let watches = 0;
let stopHook: (() => void) | undefined;
/** The promises made by the hook itself. */
const marks = new WeakSet<object>();

function endWatch(): void {
  watches -= 1;
  if (watches > 0) return;
  stopHook?.();
  stopHook = undefined;
}
