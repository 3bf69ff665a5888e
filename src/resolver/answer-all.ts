import type { Message } from "../domain/message.js";
import type { Resolution } from "../domain/resolution.js";
import type { Reject, Resolve } from "./subscriber-lines.js";

/** Messages under way at the same time. Their claims take memory, the rest of a list waits as it is. */
const MOST_OPEN = 10_000;
const FEW_OPEN = MOST_OPEN / 2;

/** Answers a message at once, or returns `undefined` and answers later. */
export type Start = (message: Message, index: number, resolve: Resolve, reject: Reject) => Resolution | undefined;

/** One answer for each message, in their order, with a bounded number under way. */
export function answerAll(messages: readonly Message[], start: Start): Promise<Resolution[]> {
  return new Promise((done, fail) => {
    const answers = new Array<Resolution>(messages.length);
    let [next, open] = [0, 0];
    const reject = (error: unknown) => {
      next = messages.length;
      fail(error);
    };
    const resolve = (resolution: Resolution, index: number) => {
      answers[index] = resolution;
      open -= 1;
      if (open === FEW_OPEN || open === 0) startMore();
    };
    function startMore(): void {
      try {
        for (; next < messages.length && open < MOST_OPEN; next++) {
          const known = start(messages[next] as Message, next, resolve, reject);
          if (known === undefined) open += 1;
          else answers[next] = known;
        }
      } catch (error) {
        reject(error);
      }
      if (open === 0) done(answers);
    }
    startMore();
  });
}
