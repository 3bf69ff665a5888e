import { expect, test } from "vitest";
import type { Message } from "../../../src/domain/message.js";
import { type RecentDisplay, shownBy, withShown } from "../../../src/resolver/cache/recent-display.js";
import { held, NOON } from "../../fixtures.js";

const MINUTE = 60_000;

function messageOf(id: string): Message {
  return { id, type: "campaign", subscriberId: "ann", offerId: "welcome" };
}

/** What stands there once these messages have shown a code each, named after them. */
function after(...messages: Message[]): RecentDisplay | null {
  return messages.reduce<RecentDisplay | null>(
    (shown, each) => withShown(shown, each, each.id, held({ code: each.id }), NOON),
    null,
  );
}

function codesOf(shown: RecentDisplay | null, messages: readonly Message[]): (string | undefined)[] {
  return messages.map((each) => shownBy(shown, each, each.id, NOON)?.code);
}

test("four messages to one subscriber are told apart, and a fifth takes the place of the oldest", () => {
  const messages = ["a", "b", "c", "d", "e", "f"].map(messageOf);
  expect(codesOf(after(...messages.slice(0, 4)), messages)).toEqual(["a", "b", "c", "d", undefined, undefined]);
  expect(codesOf(after(...messages.slice(0, 5)), messages)).toEqual([undefined, "b", "c", "d", "e", undefined]);
  expect(codesOf(after(...messages), messages)).toEqual([undefined, undefined, "c", "d", "e", "f"]);
});

test("what a message showed last counts, in its own place", () => {
  const messages = ["a", "b", "c", "d"].map(messageOf);
  const [first] = messages as [Message];
  const shown = withShown(after(...messages), first, first.id, held({ code: "other" }), NOON);
  expect(codesOf(shown, messages)).toEqual(["other", "b", "c", "d"]);
});

test("another object is another message, and so is the same object that says another id", () => {
  const message = messageOf("a");
  const shown = after(message);
  expect(shownBy(shown, { ...message }, message.id, NOON)).toBeUndefined();
  message.id = "b";
  expect(shownBy(shown, message, message.id, NOON)).toBeUndefined();
});

test("it counts for a minute, whichever way the clock goes", () => {
  const message = messageOf("a");
  const shown = after(message);
  const told = [-MINUTE - 1, -MINUTE, MINUTE, MINUTE + 1].map(
    (later) => shownBy(shown, message, message.id, NOON + later)?.code,
  );
  expect(told).toEqual([undefined, "a", "a", undefined]);
});
