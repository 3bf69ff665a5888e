import { checkMerge } from "../checks.js";
import type { Merged } from "../store.js";
import { changeText } from "./changes.js";
import type { Importing } from "./importing.js";
import { offerKey } from "./keys.js";
import { holdings } from "./scripts/holdings.js";
import { mergeHolders } from "./scripts/people.js";
import { forgetSignUp, replaceSignUp } from "./scripts/sign-up.js";

/** Makes `from` and `into` one subscriber, offer by offer: see `OfferStore.merge`. */
export async function mergeSubscribers(parts: Importing, from: string, into: string): Promise<Merged> {
  checkMerge(from, into);
  const { connection, keys, offers, notify } = parts;
  const signUpOfferId = await signUpOfBoth(parts, from, into);
  if (signUpOfferId !== null) await replaceSignUp(connection, keys.signUpBucket(into), into, signUpOfferId);
  let codes = 0;
  for (const offerId of await offers.offerIds()) {
    codes += await mergeHolders(connection, offerKey(keys.prefix, offerId), from, into);
  }
  const told = (subscriberId: string) => changeText({ type: "forgotten", subscriberId });
  const leaving = { subscriberId: from, channel: keys.changes, change: told(from) };
  await forgetSignUp(connection, keys.signUpBucket(from), leaving);
  await connection.command("publish", (redis) => redis.publish(keys.changes, told(into)));
  for (const subscriberId of [from, into]) notify({ type: "forgotten", subscriberId });
  return { codes, signUpOfferId };
}

async function signUpOfBoth(parts: Importing, from: string, into: string): Promise<string | null> {
  const signUpOf = (id: string) =>
    parts.connection.command("sign-up", (redis) => redis.hget(parts.keys.signUpBucket(id), id));
  const [other, own] = await Promise.all([signUpOf(from), signUpOf(into)]);
  if (other === null || own === null) return own ?? other;
  const [otherSince, ownSince] = await Promise.all([since(parts, other, from), since(parts, own, into)]);
  return otherSince < ownSince ? other : own;
}

async function since({ connection, keys }: Importing, offerId: string, subscriberId: string): Promise<number> {
  const [holding] = await holdings(connection, offerKey(keys.prefix, offerId), [subscriberId]);
  return holding?.at(-1)?.issuedAt ?? Number.POSITIVE_INFINITY;
}
