import { DAY } from "../../domain/calendar.js";
import { codeKey } from "../../domain/identifier.js";
import type { Batch } from "../../domain/offer.js";
import type { UnixMs } from "../../domain/units.js";
import { differentDays } from "../checks.js";
import type { BatchCounts, CodeOutcome } from "../store.js";

/** A code, from its upload on. `claim` is `null` while nobody has it. */
export type Entry = {
  readonly code: string;
  readonly offerId: string;
  readonly batch: number;
  readonly place: number;
  claim: { subscriberId: string | null; messageId: string | null; issuedAt: UnixMs; shared: boolean } | null;
  redeemedAt: UnixMs | null;
  withdrawn: boolean;
  revoked: boolean;
};

/** A batch: `next` is the place of the first entry never drawn, `returned` are before it and are drawn again first. */
export type BatchPool = { batch: Batch; entries: Entry[]; next: number; returned: Entry[] };

export function openPool(pools: BatchPool[], batch: Batch, changed: () => void): BatchPool {
  const known = pools.find((pool) => pool.batch.id === batch.id);
  if (known === undefined) {
    const pool = { batch, entries: [], next: 0, returned: [] };
    pools.push(pool);
    changed();
    return pool;
  }
  if (known.batch.startsOn !== batch.startsOn || known.batch.endsOn !== batch.endsOn)
    throw differentDays(known.batch, batch);
  return known;
}

export function addCode(
  index: Map<string, Entry>,
  offerId: string,
  pool: BatchPool,
  batch: number,
  code: string,
  since: number,
): CodeOutcome {
  const known = index.get(codeKey(code));
  if (known === undefined) {
    const entry: Entry = {
      code,
      offerId,
      batch,
      place: pool.entries.length,
      claim: null,
      redeemedAt: null,
      withdrawn: false,
      revoked: false,
    };
    pool.entries.push(entry);
    index.set(codeKey(code), entry);
    return "added";
  }
  if (known.offerId === offerId && known.batch === batch && known.place >= since) return "in-file";
  return outcomeOf(known, offerId);
}

/** What becomes of a code of which this is known already. */
export function outcomeOf(known: Entry | undefined, offerId: string): CodeOutcome {
  if (known === undefined) return "added";
  if (known.offerId !== offerId) return "in-other-offer";
  return known.claim === null ? "in-pool" : "given-out";
}

/** Takes the first code that can be handed out of these batches, in turn. */
export function draw(pools: readonly BatchPool[], from: readonly number[]): Entry | undefined {
  for (const place of from) {
    const pool = pools[place];
    if (pool === undefined) continue;
    for (let entry = nextEntry(pool); entry !== undefined; entry = nextEntry(pool)) {
      if (isInPool(entry)) return entry;
    }
  }
  return undefined;
}

/** Puts a released code back in its place. */
export function putBack(pool: BatchPool, entry: Entry): void {
  entry.claim = null;
  pool.returned.push(entry);
  pool.returned.sort((a, b) => a.place - b.place);
}

/** Puts a code back that was passed over while it was revoked. */
export function restoreToPool(pool: BatchPool, entry: Entry): void {
  if (entry.place < pool.next) putBack(pool, entry);
}

export function countsOf(pool: BatchPool): BatchCounts {
  const counts = { batch: pool.batch, inPool: 0, givenOut: 0, redeemed: 0, redeemedInPool: 0 };
  for (const entry of pool.entries) {
    if (entry.withdrawn) continue;
    if (entry.claim !== null) {
      counts.givenOut += 1;
      if (entry.redeemedAt !== null) counts.redeemed += 1;
    } else if (entry.redeemedAt !== null) counts.redeemedInPool += 1;
    else if (!entry.revoked) counts.inPool += 1;
  }
  return counts;
}

/** How many codes these batches have left. */
export function leftIn(pools: readonly BatchPool[], from: readonly number[]): number {
  return from.reduce((sum, place) => sum + (pools[place]?.entries.filter(isInPool).length ?? 0), 0);
}

/** How many codes were given out on each of `days` days, the first of them that of `from`. */
export function givenByDay(pools: readonly BatchPool[], from: UnixMs, days: number): number[] {
  const given = new Array<number>(days).fill(0);
  for (const { claim } of pools.flatMap(({ entries }) => entries)) {
    const day = claim === null ? -1 : Math.floor(claim.issuedAt / DAY) - Math.floor(from / DAY);
    if (given[day] !== undefined) given[day] += 1;
  }
  return given;
}

export function isRevokedInPool({ claim, redeemedAt, withdrawn, revoked }: Entry): boolean {
  return revoked && claim === null && redeemedAt === null && !withdrawn;
}

export function isInPool(entry: Entry): boolean {
  return entry.claim === null && entry.redeemedAt === null && !entry.withdrawn && !entry.revoked;
}

function nextEntry(pool: BatchPool): Entry | undefined {
  const returned = pool.returned.shift();
  if (returned !== undefined) return returned;
  const entry = pool.entries[pool.next];
  if (entry !== undefined) pool.next += 1;
  return entry;
}
