import { type Message, parseMessage } from "./message.js";
import type { Resolution } from "./resolution.js";
import type { Milliseconds, UnixMs } from "./units.js";

/** Parts of one message show one code even when its window ends between two of them. */
const SAME_MESSAGE_FOR: Milliseconds = 60_000;

/** A message as it was when it was checked, and which codes of other messages it has shown. */
export type CheckedMessage = Message & { readonly shown: { resolution: Resolution; at: UnixMs }[] };

/** The messages that one resolver has checked, for as long as the caller keeps them. */
export type MessageBook = WeakMap<Message, CheckedMessage>;

/** The checked form of a message. The same object is checked again only when a field of it changed. */
export function checkedMessage(book: MessageBook, message: Message): CheckedMessage {
  const known = typeof message === "object" && message !== null ? book.get(message) : undefined;
  if (known !== undefined && isSame(known, message)) return known;
  const fresh = { ...parseMessage(message), shown: [] };
  book.set(message, fresh);
  return fresh;
}

/** Remembers a code that this message shows but did not claim. */
export function remember(message: CheckedMessage, resolution: Resolution, at: UnixMs): void {
  for (const shown of message.shown) {
    if (shown.resolution.offerId === resolution.offerId) {
      shown.resolution = resolution;
      shown.at = at;
      return;
    }
  }
  message.shown.push({ resolution, at });
}

/** What this message showed of the offer a moment ago, so that its next part shows the same. */
export function alreadyShown(message: CheckedMessage, offerId: string, at: UnixMs): Resolution | undefined {
  for (const shown of message.shown) {
    if (shown.resolution.offerId === offerId && Math.abs(at - shown.at) <= SAME_MESSAGE_FOR) {
      return { ...shown.resolution, reason: "same-message" };
    }
  }
  return undefined;
}

function isSame(one: Message, other: Message): boolean {
  return (
    one.id === other.id &&
    one.subscriberId === other.subscriberId &&
    one.type === other.type &&
    one.offerId === other.offerId &&
    one.signUpOfferId === other.signUpOfferId
  );
}
