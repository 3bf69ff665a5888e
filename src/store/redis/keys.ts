import { z } from "zod";
import { checked } from "../../domain/errors.js";

/**
 * Every key of the store, and why it is laid out so. `{offer}` is a hash tag: all keys of an offer live in one slot of a cluster.
 *
 * | key | type | holds |
 * | --- | --- | --- |
 * | `oc:{offer}` | hash | `offer` (JSON), `revision`, `buckets`, and `batch:<id>` -> the batch's number |
 * | `oc:{offer}:batches` | list | a batch as JSON, by number |
 * | `oc:{offer}:batch:<n>` | hash | `taken`: codes drawn from the head of the pool so far; `given`, `redeemed`, `used`: counters; `day:<days since 1970>`: how many were given on that day |
 * | `oc:{offer}:pool:<n>` | list | the codes nobody has, in file order |
 * | `oc:{offer}:used:<n>` | hash | place -> instant, codes redeemed while they wait in the pool list |
 * | `oc:{offer}:back:<n>` | sorted set | places of released codes, drawn again before the list |
 * | `oc:{offer}:g:<n>:<page>` | list | records of drawn codes, `PAGE` to a list, by place |
 * | `oc:{offer}:c:<bucket>` | hash | code in lower case -> ref; written once, at import |
 * | `oc:{offer}:s:<bucket>` | hash | subscriber -> refs of the codes held, newest first, the first ever last |
 * | `oc:{offer}:s:<bucket>:older` | hash | subscriber -> refs of codes given longer ago than is remembered, oldest first |
 * | `oc:offers` | set | offer ids |
 * | `oc:signups:<bucket>` | hash | subscriber -> sign-up offer |
 * | `oc:signal:<signal>` | string | `sending` or `sent`: see `takeSignal` |
 * | `oc:import` | string | the lock that imports take turns by |
 * | `oc:{offer}:slot-guard` | - | never exists: see `slotGuardKey` |
 *
 * A code's place is its number in its batch, counted from 0. Codes leave the pool list by its head only, so the head's place is `taken`,
 * and neither list nor index has to store places. A ref is `batch number * PLACES + place`. A claim therefore
 * touches one small hash for each subscriber and, for the whole call, one list or two; the code index is not touched.
 *
 * A record is `code`, `subscriber`, `message`, issued, `s` when shared, redeemed: separated by tabs, instants in base 36,
 * empty ends left out. A code that was taken back keeps its record with no subscriber.
 */
export type OfferKeys = {
  base: string;
  /** The number of the bucket that holds this code's ref. */
  codeNumber(codeKey: string): number;
  /** The hash that holds this code's ref. */
  codeBucket(codeKey: string): string;
  /** The number of the bucket that holds what this subscriber holds. */
  subscriberNumber(subscriberId: string): number;
  /** The hash that holds what this subscriber holds. */
  subscriberBucket(subscriberId: string): string;
};

/** Records in one list. Redis keeps a list in pieces of 8 KB: some hundred records fill several of them and leave little room unused. */
export const PAGE = 500;
/** More codes than a batch can hold; a multiple of `PAGE`. */
export const PLACES = 100_000_000;
/** Entries a bucket is meant for: a hash of up to 128 short ones is a compact listpack in Redis 7. */
const BUCKET_SIZE = 64;
const SIGN_UP_BUCKETS = 4096;

const PREFIX_EXPECTED = "1 to 100 characters without braces, blanks or control characters";
export const prefixSchema = z
  .string({ error: PREFIX_EXPECTED })
  .regex(/^[^\p{C}\p{Z}{}]{1,100}$/u, { error: PREFIX_EXPECTED })
  .default("oc");

export function offerKey(prefix: string, offerId: string): string {
  return `${prefix}:{${offerId}}`;
}

export function offerKeys(prefix: string, offerId: string, buckets: number): OfferKeys {
  const base = offerKey(prefix, offerId);
  const codes = `${base}:c:`;
  const subscribers = `${base}:s:`;
  return {
    base,
    codeNumber: (key) => bucketOf(key, buckets),
    codeBucket: (key) => codes + bucketOf(key, buckets),
    subscriberNumber: (subscriberId) => bucketOf(subscriberId, buckets),
    subscriberBucket: (subscriberId) => subscribers + bucketOf(subscriberId, buckets),
  };
}

/**
 * A key that never exists, declared by every script that works on an offer.
 *
 * While a cluster moves a slot, key by key, a script could find some of the keys it works out by itself on this node and miss the
 * others, without an error: they would look as if they had never been. A declared key that is missing makes Redis refuse
 * the whole script (`TRYAGAIN`) for as long as the slot is moving, on either node.
 */
export function slotGuardKey(base: string): string[] {
  return base.includes("{") ? [`${base}:slot-guard`] : [];
}

export function storeKeys(prefix: unknown) {
  const name = checked(prefixSchema, "prefix", prefix);
  return {
    prefix: name,
    offers: `${name}:offers`,
    importLock: `${name}:import`,
    changes: `${name}:changes`,
    signUpBucket: (subscriberId: string) => `${name}:signups:${bucketOf(subscriberId, SIGN_UP_BUCKETS)}`,
  };
}

export function bucketCount(expectedAudience: number): number {
  return Math.max(1, Math.ceil(expectedAudience / BUCKET_SIZE));
}

/** Spreads ids over buckets. The same id must land in the same bucket for ever, so this never changes. */
function bucketOf(text: string, buckets: number): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 65_599) + text.charCodeAt(at)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) % buckets;
}
