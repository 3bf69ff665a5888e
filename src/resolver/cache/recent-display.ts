import type { HeldCode } from "../../domain/holding.js";
import type { Message } from "../../domain/message.js";
import type { Milliseconds, UnixMs } from "../../domain/units.js";

/** Parts of one message show one code even when its window ends between two of them. */
const SAME_MESSAGE_FOR: Milliseconds = 60_000;
/** Messages to one subscriber whose parts may be rendered at the same time. */
const MOST_SHOWN = 4;

/**
 * A code that a message showed and another message had claimed. `message` is the caller's own object, which all parts have in
 * common; `messageId` is its id at that time. `before`: the message that showed one before it.
 */
export type RecentDisplay = {
  message: Message;
  messageId: string;
  held: HeldCode;
  at: UnixMs;
  before: RecentDisplay | null;
};

/** The code that this very message, with this id, showed a moment ago, so that its next part shows the same. */
export function shownBy(
  newest: RecentDisplay | null,
  message: Message,
  messageId: string,
  at: UnixMs,
): HeldCode | undefined {
  for (let each = newest; each !== null; each = each.before) {
    if (each.message === message && each.messageId === messageId)
      return Math.abs(at - each.at) <= SAME_MESSAGE_FOR ? each.held : undefined;
  }
  return undefined;
}

/**
 * What was shown, newest first, once this message has shown a code as well.
 *
 * Where there are `MOST_SHOWN` already, the oldest is written over: making a new one for each message takes a fifth of the time
 * of a render whose code is known.
 */
export function withShown(
  newest: RecentDisplay | null,
  message: Message,
  messageId: string,
  held: HeldCode,
  at: UnixMs,
): RecentDisplay {
  let many = 0;
  let last: RecentDisplay | null = null;
  let beforeLast: RecentDisplay | null = null;
  for (let each = newest; each !== null; each = each.before) {
    if (each.message === message && each.messageId === messageId) {
      each.held = held;
      each.at = at;
      return newest as RecentDisplay;
    }
    many += 1;
    beforeLast = last;
    last = each;
  }
  if (many < MOST_SHOWN || last === null || beforeLast === null) {
    return { message, messageId, held, at, before: newest };
  }
  beforeLast.before = null;
  last.message = message;
  last.messageId = messageId;
  last.held = held;
  last.at = at;
  last.before = newest;
  return last;
}
