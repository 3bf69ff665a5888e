import fc from "fast-check";
import { InvalidInputError, type Message } from "offer-code";
import { expect, test } from "vitest";
import { checkedMessage, isMessage } from "../../src/domain/message.js";
import { parseMessage } from "../../src/internal.js";
import { message } from "../fixtures.js";

/** Valid ids, invalid ids, and values that are not text. */
const anyId = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ maxLength: 300, unit: "binary" }),
  fc.constantFrom(
    "ann",
    "Ümit 1",
    " ann",
    "a{b}",
    "a\nb",
    "\u007f",
    "\ud800",
    "x".repeat(255),
    "x".repeat(256),
    "",
    null,
    7,
  ),
  fc.constant(undefined),
);
const anyMessage = fc.record(
  {
    id: anyId,
    type: fc.constantFrom("campaign", "journey", "auto-response", "already-subscribed", "toString", "", undefined, 1),
    subscriberId: anyId,
    offerId: anyId,
    channel: fc.constantFrom("email", "sms", "fax", undefined),
    signUpOfferId: anyId,
    more: fc.constant(1),
  },
  { requiredKeys: [] },
);

function isParsed(value: unknown): boolean {
  try {
    parseMessage(value);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    return false;
  }
}

test("a message is told right or wrong quickly just as it is told in full", () => {
  const parts = fc.record({ id: anyId, subscriberId: anyId, offerId: anyId, signUpOfferId: anyId });
  fc.assert(fc.property(anyMessage, (value) => isMessage(value as Message) === isParsed(value)));
  fc.assert(
    fc.property(parts, (fields) => {
      const value = { ...message(), ...fields } as Message;
      return isMessage(value) === isParsed(value);
    }),
  );
  for (const value of [null, undefined, "m1", 1, [], () => {}]) {
    expect(isMessage(value as unknown as Message)).toBe(false);
  }
});

test("a message that was right is checked again when it says something else", () => {
  const reused = message();
  expect(checkedMessage(reused)).toBe(reused);
  expect(checkedMessage(reused)).toBe(reused);
  for (const [field, wrong] of Object.entries({
    id: "",
    type: "fax",
    subscriberId: "{}",
    offerId: "a\tb",
    channel: "fax",
  })) {
    const changed = Object.assign(checkedMessage(message()), { [field]: wrong });
    expect(() => checkedMessage(changed)).toThrow(`message.${field}: expected`);
  }
});
