import type { Connection } from "../connection.js";
import { script } from "../lua.js";
import { unexpectedReply } from "../reply.js";

/**
 * Records a sign-up where none is known.
 *
 * KEYS[1]  the subscriber's bucket of sign-ups
 * ARGV[1]  the subscriber, ARGV[2] the offer
 *
 * Replies the recorded offer: the first one wins.
 */
const RECORD_SIGN_UP = script(
  "record-sign-up",
  "writes",
  `redis.call("HSETNX", KEYS[1], ARGV[1], ARGV[2])
return redis.call("HGET", KEYS[1], ARGV[1])
`,
);

/**
 * Forgets a sign-up.
 *
 * KEYS[1]  the subscriber's bucket of sign-ups
 * ARGV[1]  the subscriber
 * ARGV[2]  the channel of changes, ARGV[3] the change to publish
 *
 * Replies 1 or 0.
 */
const FORGET_SIGN_UP = script(
  "forget-sign-up",
  "writes",
  `local known = redis.call("HDEL", KEYS[1], ARGV[1])
redis.call("PUBLISH", ARGV[2], ARGV[3])
return known
`,
);

/**
 * Records a sign-up in place of any other.
 *
 * KEYS[1]  the subscriber's bucket of sign-ups
 * ARGV[1]  the subscriber, ARGV[2] the offer
 *
 * Replies 1.
 */
const REPLACE_SIGN_UP = script(
  "replace-sign-up",
  "writes",
  `redis.call("HSET", KEYS[1], ARGV[1], ARGV[2])
return 1
`,
);

export async function replaceSignUp(
  connection: Connection,
  bucket: string,
  subscriberId: string,
  offerId: string,
): Promise<void> {
  await connection.run(REPLACE_SIGN_UP, [bucket], [subscriberId, offerId]);
}

export async function recordSignUp(
  connection: Connection,
  bucket: string,
  subscriberId: string,
  offerId: string,
): Promise<string> {
  const reply = await connection.run(RECORD_SIGN_UP, [bucket], [subscriberId, offerId]);
  if (typeof reply !== "string") throw unexpectedReply(RECORD_SIGN_UP, reply);
  return reply;
}

export async function forgetSignUp(
  connection: Connection,
  bucket: string,
  forgotten: { subscriberId: string; channel: string; change: string },
): Promise<void> {
  const { subscriberId, channel, change } = forgotten;
  await connection.run(FORGET_SIGN_UP, [bucket], [subscriberId, channel, change]);
}
