import { invalidInput } from "../domain/errors.js";
import type { Message } from "../domain/message.js";
import type { Resolution } from "../domain/resolution.js";

/** Messages read ahead of the caller. */
const MOST_AHEAD = 1000;

/** A message and its answer. */
export type ResolvedMessage = { message: Message; resolution: Resolution };

type Lookup = (message: Message) => Resolution | Promise<Resolution>;

/** Answers a stream of messages in its order. What the source is slow to give does not hold back what is answered already. */
export async function* answerEach(
  messages: Iterable<Message> | AsyncIterable<Message>,
  lookup: Lookup,
): AsyncGenerator<ResolvedMessage> {
  const source = iteratorOf(messages);
  const open: Promise<ResolvedMessage>[] = [];
  let reading: ReturnType<typeof source.next> | null = null;
  let isDone = false;
  try {
    while (!isDone || open.length > 0) {
      if (!isDone && open.length < MOST_AHEAD) {
        reading ??= source.next();
        const step = await firstOf(reading, open[0]);
        if (step !== null) {
          reading = null;
          if (step.done) isDone = true;
          else open.push(answered(step.value, lookup));
          continue;
        }
      }
      yield await (open.shift() as Promise<ResolvedMessage>);
    }
  } finally {
    if (!isDone) await source.return?.();
  }
}

/** The next message, or `null` where the oldest answer came first. */
async function firstOf<Step>(
  reading: Step | Promise<Step>,
  oldest: Promise<unknown> | undefined,
): Promise<Step | null> {
  if (!(reading instanceof Promise) || oldest === undefined) return reading;
  return Promise.race([reading, oldest.then(nothing, nothing)]);
}

function nothing(): null {
  return null;
}

/** The loop takes the answers in turn, so an error waits for its own. */
function answered(message: Message, lookup: Lookup): Promise<ResolvedMessage> {
  const answer = (async () => ({ message, resolution: await lookup(message) }))();
  answer.catch(nothing);
  return answer;
}

function iteratorOf(messages: unknown): Iterator<Message> | AsyncIterator<Message> {
  if (typeof messages === "object" && messages !== null) {
    if (Symbol.asyncIterator in messages) return (messages as AsyncIterable<Message>)[Symbol.asyncIterator]();
    if (Symbol.iterator in messages) return (messages as Iterable<Message>)[Symbol.iterator]();
  }
  throw invalidInput("messages", "a list or a stream of messages", messages);
}
