import { invalidInput } from "../errors.js";
import { type HeldCode, type Holding, newestCode, withClaim } from "../holding.js";
import { codeKey } from "../identifier.js";
import {
  type Batch,
  type BatchInput,
  type Offer,
  type OfferInput,
  type OfferState,
  parseBatch,
  parseOffer,
} from "../offer.js";
import type { UnixMs } from "../units.js";
import {
  checkAddCodes,
  checkCode,
  checkInstant,
  checkSignUp,
  differentDays,
  sameOffer,
  unknownBatch,
  unknownOffer,
} from "./checks.js";
import type {
  AddedCodes,
  BatchCounts,
  ClaimAnswer,
  ClaimItem,
  ClaimReply,
  ClaimRequest,
  CodeOutcome,
  CodeRecord,
  OfferStore,
  Redemption,
  Release,
  SavedOffer,
  StoreChange,
  Watch,
} from "./store.js";

type Entry = {
  readonly code: string;
  readonly offerId: string;
  readonly batch: number;
  readonly place: number;
  claim: { subscriberId: string | null; messageId: string | null; issuedAt: UnixMs; shared: boolean } | null;
  redeemedAt: UnixMs | null;
  withdrawn: boolean;
};
/** All codes ever given to a subscriber and not taken back, newest first. */
type Holder = [Entry, ...Entry[]];
type BatchPool = { batch: Batch; entries: Entry[]; next: number; returned: Entry[] };
type OfferShelf = { state: OfferState; pools: BatchPool[]; holders: Map<string, Holder> };

/**
 * A store in this process's memory: the same rules as `redisStore`, gone when the process ends. For demonstrations, previews
 * and tests; two processes do not share it.
 *
 * @example
 * const store = memoryStore();
 * await store.saveOffer({ id: "welcome10" });
 */
export function memoryStore(): OfferStore {
  const shelves = new Map<string, OfferShelf>();
  const index = new Map<string, Entry>();
  const signUps = new Map<string, string>();
  const listeners = new Set<(change: StoreChange) => void>();

  function tell(change: StoreChange): void {
    for (const listener of listeners) listener(change);
  }

  function shelfOf(offerId: string): OfferShelf {
    const shelf = shelves.get(offerId);
    if (shelf === undefined) throw unknownOffer(offerId);
    return shelf;
  }

  function change(shelf: OfferShelf, offer: Offer): void {
    const batches = shelf.pools.map((pool) => pool.batch);
    shelf.state = { offer, batches, revision: shelf.state.revision + 1 };
    tell({ type: "offer", offerId: offer.id });
  }

  return {
    async saveOffer(input: OfferInput): Promise<SavedOffer> {
      const offer = parseOffer(input);
      const shelf = shelves.get(offer.id);
      if (shelf === undefined) {
        shelves.set(offer.id, { state: { offer, batches: [], revision: 1 }, pools: [], holders: new Map() });
        tell({ type: "offer", offerId: offer.id });
        return { status: "created", offer };
      }
      if (sameOffer(shelf.state.offer, offer)) return { status: "unchanged", offer };
      change(shelf, offer);
      return { status: "changed", offer };
    },

    async loadOffer(offerId) {
      return shelves.get(offerId)?.state ?? null;
    },

    async listOffers() {
      return [...shelves.values()].map(({ state }) => state.offer).sort((a, b) => (a.id < b.id ? -1 : 1));
    },

    async addCodes(offerId, batchInput: BatchInput, codes, since): Promise<AddedCodes> {
      const batch = parseBatch(batchInput);
      checkAddCodes(codes, since);
      const shelf = shelfOf(offerId);
      const pool = openPool(shelf, batch, () => change(shelf, shelf.state.offer));
      const start = pool.entries.length;
      const outcomes = codes.map((code) =>
        addCode(index, offerId, pool, shelf.pools.indexOf(pool), code, since ?? start),
      );
      return { start, outcomes };
    },

    async claim(request: ClaimRequest): Promise<ClaimReply> {
      const shelf = shelves.get(request.offerId);
      if (shelf === undefined || shelf.state.revision !== request.revision) return { status: "offer-changed" };
      return { status: "answered", answers: request.items.map((item) => answer(shelf, request, item)) };
    },

    async holdings(offerId, subscriberIds) {
      const holders = shelves.get(offerId)?.holders;
      return subscriberIds.map((subscriberId) => holdingOf(holders?.get(subscriberId)));
    },

    async release(offerId, subscriberId, messageId): Promise<Release> {
      const shelf = shelves.get(offerId);
      const holder = shelf?.holders.get(subscriberId);
      const entry = holder && claimedEntry(holder, messageId);
      if (shelf === undefined || holder === undefined || entry === undefined) return { status: "nothing-claimed" };
      if (entry.redeemedAt !== null) return { status: "redeemed" };
      if (entry.claim?.shared) return { status: "shared" };
      takeBack(shelf, subscriberId, holder, entry);
      tell({ type: "subscriber", offerId, subscriberId });
      return { status: "released", code: entry.code };
    },

    async redeem(code, at): Promise<Redemption> {
      checkCode(code);
      checkInstant("at", at);
      const entry = index.get(codeKey(code));
      if (entry === undefined) return { status: "unknown-code" };
      const status = entry.redeemedAt === null ? "redeemed" : "already-redeemed";
      entry.redeemedAt ??= at;
      const subscriberId = entry.claim?.subscriberId ?? null;
      if (status === "redeemed" && subscriberId !== null) {
        tell({ type: "subscriber", offerId: entry.offerId, subscriberId });
      }
      return { status, code: entry.code, offerId: entry.offerId, subscriberId, redeemedAt: entry.redeemedAt };
    },

    async findCode(code): Promise<CodeRecord | null> {
      checkCode(code);
      const entry = index.get(codeKey(code));
      return entry === undefined ? null : recordOf(shelfOf(entry.offerId), entry);
    },

    async recordSignUp(subscriberId, offerId) {
      checkSignUp(subscriberId, offerId);
      const recorded = signUps.get(subscriberId);
      if (recorded === undefined) signUps.set(subscriberId, offerId);
      return recorded ?? offerId;
    },

    async signUpOffers(subscriberIds) {
      return subscriberIds.map((subscriberId) => signUps.get(subscriberId) ?? null);
    },

    async counts(offerId): Promise<BatchCounts[] | null> {
      return shelves.get(offerId)?.pools.map(countsOf) ?? null;
    },

    async sampleCode(offerId) {
      for (const pool of shelves.get(offerId)?.pools ?? []) {
        const entry = pool.entries.find(isInPool);
        if (entry !== undefined) return entry.code;
      }
      return null;
    },

    async withdraw(offerId, batchId) {
      const pool = shelfOf(offerId).pools.find(({ batch }) => batch.id === batchId);
      if (pool === undefined) throw unknownBatch(batchId);
      const entries = pool.entries.filter(isInPool);
      for (const entry of entries) {
        entry.withdrawn = true;
        index.delete(codeKey(entry.code));
      }
      return entries.length;
    },

    async *givenOut(offerId) {
      const shelf = shelves.get(offerId);
      for (const pool of shelf?.pools ?? []) {
        const given = pool.entries.filter((entry) => entry.claim !== null);
        if (shelf !== undefined && given.length > 0) yield given.map((entry) => recordOf(shelf, entry));
      }
    },

    async forget(subscriberId) {
      let given = 0;
      for (const { holders } of shelves.values()) {
        for (const { claim } of holders.get(subscriberId) ?? []) {
          given += 1;
          if (claim) Object.assign(claim, { subscriberId: null, messageId: null, shared: true });
        }
        holders.delete(subscriberId);
      }
      signUps.delete(subscriberId);
      tell({ type: "forgotten", subscriberId });
      return given;
    },

    watch(listener): Watch {
      listeners.add(listener);
      return { live: () => true, close: async () => void listeners.delete(listener) };
    },

    async close() {
      listeners.clear();
    },
  };
}

function openPool(shelf: OfferShelf, batch: Batch, changed: () => void): BatchPool {
  const known = shelf.pools.find((pool) => pool.batch.id === batch.id);
  if (known === undefined) {
    const pool = { batch, entries: [], next: 0, returned: [] };
    shelf.pools.push(pool);
    changed();
    return pool;
  }
  if (known.batch.startsOn !== batch.startsOn || known.batch.endsOn !== batch.endsOn)
    throw differentDays(known.batch, batch);
  return known;
}

function addCode(
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
    };
    pool.entries.push(entry);
    index.set(codeKey(code), entry);
    return "added";
  }
  if (known.offerId !== offerId) return "in-other-offer";
  if (known.batch === batch && known.place >= since) return "in-file";
  return known.claim === null ? "in-pool" : "given-out";
}

function answer(shelf: OfferShelf, request: ClaimRequest, item: ClaimItem): ClaimAnswer {
  const holder = shelf.holders.get(item.subscriberId);
  const expected = item.holding === null ? undefined : newestCode(item.holding).code;
  const own = holder !== undefined && claimedEntry(holder, item.messageId) !== undefined;
  if (own || holder?.[0].code !== expected) {
    if (holder !== undefined && !own) share(holder, item);
    return { status: "holds", holding: holdingOf(holder) };
  }
  const entry = draw(shelf, request.from);
  if (entry === undefined) return { status: "pool-empty" };
  entry.claim = { subscriberId: item.subscriberId, messageId: item.messageId, issuedAt: request.now, shared: false };
  const holding: Holder = [entry, ...(holder ?? [])];
  shelf.holders.set(item.subscriberId, holding);
  return { status: "claimed", holding: holdingOf(holding) as Holding };
}

function share(holder: Holder, item: ClaimItem): void {
  if (item.mayKeep === null) return;
  const shown = item.mayKeep === "first" ? holder.at(-1) : holder[0];
  if (shown?.claim) shown.claim.shared = true;
}

function draw(shelf: OfferShelf, from: readonly number[]): Entry | undefined {
  for (const place of from) {
    const pool = shelf.pools[place];
    if (pool === undefined) continue;
    for (let entry = nextEntry(pool); entry !== undefined; entry = nextEntry(pool)) {
      if (isInPool(entry)) return entry;
    }
  }
  return undefined;
}

function isInPool(entry: Entry): boolean {
  return entry.claim === null && entry.redeemedAt === null && !entry.withdrawn;
}

function nextEntry(pool: BatchPool): Entry | undefined {
  const returned = pool.returned.shift();
  if (returned !== undefined) return returned;
  const entry = pool.entries[pool.next];
  if (entry !== undefined) pool.next += 1;
  return entry;
}

function claimedEntry(holder: Holder, messageId: string): Entry | undefined {
  return remembered(holder).find((entry) => entry.claim?.messageId === messageId);
}

function takeBack(shelf: OfferShelf, subscriberId: string, holder: Holder, entry: Entry): void {
  const pool = shelf.pools[entry.batch] as BatchPool;
  entry.claim = null;
  pool.returned.push(entry);
  pool.returned.sort((a, b) => a.place - b.place);
  const [newest, ...older] = holder.filter((each) => each !== entry);
  if (newest === undefined) shelf.holders.delete(subscriberId);
  else shelf.holders.set(subscriberId, [newest, ...older]);
}

function holdingOf(holder: Holder | undefined): Holding | null {
  return holder === undefined ? null : (remembered(holder).map(heldCode) as unknown as Holding);
}

/** The last four claims and the first. */
function remembered([newest, ...older]: Holder): Entry[] {
  return withClaim(older, newest);
}

function heldCode(entry: Entry): HeldCode {
  const { code, batch, redeemedAt, claim } = entry;
  if (claim === null) throw invalidInput("entry", "a code that is given out", code);
  return { code, batch, issuedAt: claim.issuedAt, messageId: claim.messageId ?? "", redeemedAt, shared: claim.shared };
}

function recordOf(shelf: OfferShelf, entry: Entry): CodeRecord {
  const { batch } = shelf.pools[entry.batch] as BatchPool;
  const { code, offerId, redeemedAt, claim } = entry;
  return {
    code,
    offerId,
    batch,
    status: claim === null ? "in-pool" : "given-out",
    subscriberId: claim?.subscriberId ?? null,
    messageId: claim?.messageId ?? null,
    issuedAt: claim?.issuedAt ?? null,
    redeemedAt,
  };
}

function countsOf(pool: BatchPool): BatchCounts {
  const counts = { batch: pool.batch, inPool: 0, givenOut: 0, redeemed: 0, redeemedInPool: 0 };
  for (const entry of pool.entries) {
    if (entry.withdrawn) continue;
    if (entry.claim !== null) {
      counts.givenOut += 1;
      if (entry.redeemedAt !== null) counts.redeemed += 1;
    } else if (entry.redeemedAt !== null) counts.redeemedInPool += 1;
    else counts.inPool += 1;
  }
  return counts;
}
