import { z } from "zod";
import { checked } from "../../domain/errors.js";
import { bucketAt, hashOf } from "./buckets.js";

/**
 * Every key of the store, and why it is laid out so. `{offer}` is a hash tag: all keys of an offer live in one slot of a cluster.
 *
 * | key | type | holds |
 * | --- | --- | --- |
 * | `oc:{offer}` | hash | `offer` (JSON), `number`, `incarnation`, `revision`, `fence` (the newest turn to import), `codes` (imported so far), `buckets`, and `batch:<id>` -> the batch's number |
 * | `oc:{offer}:batches` | list | a batch as JSON, by number |
 * | `oc:{offer}:batch:<n>` | hash | `taken`: codes drawn from the head of the pool so far; `given`, `redeemed`, `used` (redeemed while nobody had them): counters; `day:<days since 1970>`: how many were given on that day |
 * | `oc:{offer}:pool:<n>` | list | the codes nobody has, in file order |
 * | `oc:{offer}:used:<n>` | hash | place -> how their records are to end, of codes redeemed or revoked while they wait in the pool list |
 * | `oc:{offer}:back:<n>` | sorted set | places of released codes, drawn again before the list |
 * | `oc:{offer}:g:<n>:<page>` | list | records of drawn codes, `PAGE` to a list, by place |
 * | `oc:{offer}:s:<bucket>` | hash | subscriber -> refs of the codes held, newest first: the last four and the first ever; all of them where the first ever is revoked |
 * | `oc:{offer}:s:<bucket>:older` | hash | subscriber -> refs of codes given longer ago than is remembered, oldest first |
 * | `oc:{offer}:lease:<id>` | string | `leased` while a release may run, then `released` and the code; the server's clock ends it |
 * | `oc:index:{<shard>}` | hash | `buckets`, `entries`, `fence` (the newest turn to import) |
 * | `oc:index:{<shard>}:<bucket>` | hash | code in lower case -> entry |
 * | `oc:offers` | hash | offer id -> number, `<tab><number>` -> offer id, `<tab>` -> the greatest number so far |
 * | `oc:signups:<bucket>` | hash | subscriber -> sign-up offer |
 * | `oc:signal:<signal>` | string | `sending` or `sent`: see `takeSignal` |
 * | `oc:import:{turn}` | string | the lock that imports take turns by |
 * | `oc:import:{turn}:last` | string | the number of the last turn |
 * | `...:slot-guard` | - | never exists: see `slotGuardKey` |
 *
 * A code's place is its number in its batch, counted from 0. It never changes and never belongs to another code. Codes leave the pool list by
 * its head only, so the head's place is `taken`, and no list has to store places. A ref is `batch number * PLACES + place`. A claim therefore
 * touches one small hash for each subscriber and, for the whole call, one list or two; the index is not touched.
 *
 * The index serves all offers: one look finds a code's offer and place, however many offers there are. It is a hint. The offer's pool and records are
 * the truth, and whoever follows an entry checks there that this code is at this place. An import writes entries first, then
 * the pool; a withdrawal removes codes first, then entries. So a crash leaves entries that lead nowhere, which the next
 * import takes over, and never a code that cannot be found.
 *
 * A record is `code`, `subscriber`, `message`, issued, `s` when shared, redeemed, `R` when revoked: separated by tabs,
 * instants in base 36, empty ends left out. A code that was taken back keeps its record with no subscriber; a withdrawn one leaves an empty record.
 *
 * Buckets of subscribers and of the index grow in number by linear hashing, see `buckets.ts`. An offer has as many as its codes
 * would fill: nobody holds a code without one. They grow with an import, so that a claim never waits for it.
 */
export type OfferKeys = {
  base: string;
  /** How many buckets of subscribers there were when this was last read. */
  buckets: number;
};

/** Records in one list. Redis keeps a list in pieces of 8 KB: some hundred records fill several of them and leave little room unused. */
export const PAGE = 500;
/** More codes than a batch can hold; a multiple of `PAGE`. */
export const PLACES = 100_000_000;
/** Parts of the index, each with a hash tag of its own, so that a cluster spreads them. */
export const INDEX_SHARDS = 128;
const SIGN_UP_BUCKETS = 4096;

const PREFIX_EXPECTED = "1 to 100 characters without braces, blanks or control characters";
export const prefixSchema = z
  .string({ error: PREFIX_EXPECTED })
  .regex(/^[^\p{C}\p{Z}{}]{1,100}$/u, { error: PREFIX_EXPECTED })
  .default("oc");

export function offerKey(prefix: string, offerId: string): string {
  return `${prefix}:{${offerId}}`;
}

/**
 * A key that never exists, declared by every script that works on an offer or a part of the index.
 *
 * While a cluster moves a slot, key by key, a script could find some of the keys it works out by itself on this node and miss the
 * others, without an error: they would look as if they had never been. A declared key that is missing makes Redis refuse
 * the whole script (`TRYAGAIN`) for as long as the slot is moving, on either node.
 */
export function slotGuardKey(base: string): string[] {
  return base.includes("{") ? [`${base}:slot-guard`] : [];
}

export type StoreKeys = ReturnType<typeof storeKeys>;

export function storeKeys(prefix: unknown) {
  const name = checked(prefixSchema, "prefix", prefix);
  return {
    prefix: name,
    offers: `${name}:offers`,
    importLock: `${name}:import:{turn}`,
    lastTurn: `${name}:import:{turn}:last`,
    changes: `${name}:changes`,
    indexShard: (shard: number) => `${name}:index:{${shard}}`,
    signUpBucket: (subscriberId: string) => `${name}:signups:${bucketAt(hashOf(subscriberId), SIGN_UP_BUCKETS)}`,
  };
}
