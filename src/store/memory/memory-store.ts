import { codeKey } from "../../domain/identifier.js";
import { type BatchInput, type Offer, type OfferInput, parseBatch, parseOffer } from "../../domain/offer.js";
import {
  checkAddCodes,
  checkAssignments,
  checkCode,
  checkInstant,
  checkMerge,
  checkSignUp,
  offerInUse,
  sameOffer,
  unknownBatch,
  unknownOffer,
} from "../checks.js";
import type {
  AddedCodes,
  BatchCounts,
  ClaimReply,
  ClaimRequest,
  CodeRecord,
  OfferStore,
  Redemption,
  Release,
  Restoration,
  Revocation,
  SavedOffer,
  StoreChange,
  Watch,
} from "../store.js";

import { assignCode } from "./assign.js";
import { answer, claimedEntry, holdingOf, type OfferShelf, recordOf, takeBack } from "./holders.js";
import { mergeSubscribers } from "./merge.js";
import {
  addCode,
  type BatchPool,
  countsOf,
  type Entry,
  givenByDay,
  isInPool,
  isRevokedInPool,
  leftIn,
  openPool,
  outcomeOf,
  restoreToPool,
} from "./pool.js";

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
  const signals = new Set<string>();
  const signUps = new Map<string, string>();
  /** Revisions of all offers: an offer created anew has none that it had before. */
  let revisions = 0;
  const listeners = new Set<(change: StoreChange) => void>();

  function notify(change: StoreChange): void {
    for (const listener of listeners) listener(change);
  }

  function shelfOf(offerId: string): OfferShelf {
    const shelf = shelves.get(offerId);
    if (shelf === undefined) throw unknownOffer(offerId);
    return shelf;
  }

  function change(shelf: OfferShelf, offer: Offer): void {
    const batches = shelf.pools.map((pool) => pool.batch);
    revisions += 1;
    shelf.state = { offer, batches, revision: revisions };
    notify({ type: "offer", offerId: offer.id });
  }

  return {
    async saveOffer(input: OfferInput): Promise<SavedOffer> {
      const offer = parseOffer(input);
      const shelf = shelves.get(offer.id);
      if (shelf === undefined) {
        revisions += 1;
        shelves.set(offer.id, { state: { offer, batches: [], revision: revisions }, pools: [], holders: new Map() });
        notify({ type: "offer", offerId: offer.id });
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

    async deleteOffer(offerId, { force = false } = {}) {
      const shelf = shelves.get(offerId);
      if (shelf === undefined) return 0;
      const entries = shelf.pools.flatMap((pool) => pool.entries.filter(({ withdrawn }) => !withdrawn));
      const inPool = entries.filter(isInPool).length;
      const held = entries.filter(({ claim, redeemedAt }) => claim !== null && redeemedAt === null).length;
      if (!force && inPool + held > 0) throw offerInUse(offerId, { inPool, held });
      for (const entry of entries) index.delete(codeKey(entry.code));
      shelves.delete(offerId);
      notify({ type: "offer", offerId });
      return entries.length;
    },

    async addCodes(offerId, batchInput: BatchInput, codes, since): Promise<AddedCodes> {
      const batch = parseBatch(batchInput);
      checkAddCodes(codes, since);
      const shelf = shelfOf(offerId);
      const pool = openPool(shelf.pools, batch, () => change(shelf, shelf.state.offer));
      const start = pool.entries.length;
      const outcomes = codes.map((code) =>
        addCode(index, offerId, pool, shelf.pools.indexOf(pool), code, since ?? start),
      );
      return { start, outcomes };
    },

    async tryCodes(offerId, codes) {
      checkAddCodes(codes, undefined);
      return codes.map((code) => outcomeOf(index.get(codeKey(code)), shelfOf(offerId).state.offer.id));
    },

    async assign(offerId, batchInput, items) {
      const batch = parseBatch(batchInput);
      checkAssignments(items);
      const shelf = shelfOf(offerId);
      const pool = openPool(shelf.pools, batch, () => change(shelf, shelf.state.offer));
      const outcomes = items.map((item) => assignCode(shelf, index, pool, item));
      if (outcomes.includes("assigned")) notify({ type: "missed" });
      return outcomes;
    },

    async claim(request: ClaimRequest): Promise<ClaimReply> {
      const shelf = shelves.get(request.offerId);
      if (shelf === undefined || shelf.state.revision !== request.revision) return { status: "offer-changed" };
      const answers = request.items.map((item) => answer(shelf, request, item));
      if (!request.countLeft) return { status: "answered", answers };
      return { status: "answered", answers, left: leftIn(shelf.pools, request.from) };
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
      notify({ type: "subscriber", offerId, subscriberId });
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
        notify({ type: "subscriber", offerId: entry.offerId, subscriberId });
      }
      return { status, code: entry.code, offerId: entry.offerId, subscriberId, redeemedAt: entry.redeemedAt };
    },

    async revoke(code): Promise<Revocation> {
      checkCode(code);
      const entry = index.get(codeKey(code));
      if (entry === undefined) return { status: "unknown-code" };
      const status = entry.revoked ? "already-revoked" : "revoked";
      entry.revoked = true;
      const subscriberId = entry.claim?.subscriberId ?? null;
      const { offerId } = entry;
      if (status === "revoked" && subscriberId !== null) notify({ type: "revoked", offerId, subscriberId });
      return { status, code: entry.code, offerId, subscriberId };
    },

    async restore(code): Promise<Restoration> {
      checkCode(code);
      const entry = index.get(codeKey(code));
      if (entry === undefined) return { status: "unknown-code" };
      const { offerId } = entry;
      if (!entry.revoked) return { status: "not-revoked", code: entry.code, offerId };
      if (entry.claim !== null) return { status: "given-out", code: entry.code, offerId };
      entry.revoked = false;
      restoreToPool(shelfOf(offerId).pools[entry.batch] as BatchPool, entry);
      return { status: "restored", code: entry.code, offerId };
    },

    async findCode(code): Promise<CodeRecord | null> {
      checkCode(code);
      const entry = index.get(codeKey(code));
      return entry === undefined ? null : recordOf(shelfOf(entry.offerId), entry);
    },

    async codesOf(subscriberId) {
      const records = [...shelves.values()].flatMap((shelf) =>
        (shelf.holders.get(subscriberId) ?? []).map((entry) => recordOf(shelf, entry)),
      );
      return records.sort((one, other) => (other.issuedAt ?? 0) - (one.issuedAt ?? 0));
    },

    async merge(from, into) {
      checkMerge(from, into);
      const merged = mergeSubscribers(shelves, signUps, from, into);
      for (const subscriberId of [from, into]) notify({ type: "forgotten", subscriberId });
      return merged;
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

    async givenByDay(offerId, from, days) {
      return givenByDay(shelves.get(offerId)?.pools ?? [], from, days);
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

    async changeDays(offerId, batchInput) {
      const batch = parseBatch(batchInput);
      const shelf = shelfOf(offerId);
      const pool = shelf.pools.find((each) => each.batch.id === batch.id);
      if (pool === undefined) throw unknownBatch(batch.id);
      pool.batch = batch;
      change(shelf, shelf.state.offer);
    },

    async *poolCodes(offerId, batchId) {
      const pool = shelfOf(offerId).pools.find(({ batch }) => batch.id === batchId);
      if (pool === undefined) throw unknownBatch(batchId);
      const waiting = pool.entries.filter((entry) => isInPool(entry) || isRevokedInPool(entry));
      if (waiting.length > 0) yield waiting.map(({ code }) => code);
    },

    async *givenOut(offerId) {
      const shelf = shelves.get(offerId);
      for (const pool of shelf?.pools ?? []) {
        const given = pool.entries.filter((entry) => entry.claim !== null);
        if (shelf !== undefined && given.length > 0) yield given.map((entry) => recordOf(shelf, entry));
      }
    },

    async takeSignal(signal) {
      if (signals.has(signal)) return false;
      signals.add(signal);
      return true;
    },

    async settleSignal(signal, isDelivered) {
      if (!isDelivered) signals.delete(signal);
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
      notify({ type: "forgotten", subscriberId });
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
