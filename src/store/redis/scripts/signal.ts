import type { Connection } from "../connection.js";
import { script } from "../lua.js";
import { integerFrom } from "../reply.js";

/** A process that dies while it delivers leaves the signal to others after this many milliseconds. */
const LEASE = 60_000;
/** Delivered signals are remembered for 400 days, in seconds. */
const REMEMBERED = 400 * 86_400;

/**
 * Takes the right to deliver a signal.
 *
 * KEYS[1]  the signal
 * ARGV[1]  for how long, milliseconds
 *
 * Replies 1, or 0 where it was delivered or somebody delivers it.
 */
const TAKE_SIGNAL = script(
  "take-signal",
  "writes",
  `if redis.call("SET", KEYS[1], "sending", "NX", "PX", ARGV[1]) then return 1 end
return 0
`,
);

/**
 * Remembers a signal as delivered, or forgets it.
 *
 * KEYS[1]  the signal
 * ARGV[1]  how long to remember it, seconds, or "0"
 *
 * Replies 1.
 */
const SETTLE_SIGNAL = script(
  "settle-signal",
  "writes",
  `if ARGV[1] == "0" then redis.call("DEL", KEYS[1]) else redis.call("SET", KEYS[1], "sent", "EX", ARGV[1]) end
return 1
`,
);

export async function takeSignal(connection: Connection, key: string): Promise<boolean> {
  return integerFrom(TAKE_SIGNAL, await connection.run(TAKE_SIGNAL, [key], [String(LEASE)])) === 1;
}

export async function settleSignal(connection: Connection, key: string, isDelivered: boolean): Promise<void> {
  await connection.run(SETTLE_SIGNAL, [key], [isDelivered ? String(REMEMBERED) : "0"]);
}
