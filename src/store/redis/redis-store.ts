import { checked, InvalidInputError, invalidInput } from "../../domain/errors.js";
import { type BatchInput, type Offer, type OfferInput, parseBatch, parseOffer } from "../../domain/offer.js";
import {
  checkAddCodes,
  checkCode,
  checkInstant,
  checkSignUp,
  differentDays,
  sameOffer,
  unknownBatch,
  unknownOffer,
} from "../checks.js";
import type { AddedCodes, CodeOutcome, OfferStore, SavedOffer, StoreChange } from "../store.js";
import { changeText, watchChanges } from "./changes.js";
import type { RedisClient } from "./client.js";
import { Connection } from "./connection.js";
import { confirmationFor } from "./durability.js";
import { givenOut } from "./given-out.js";
import { type Hold, withImportLock } from "./import-lock.js";
import { bucketCount, offerKey, storeKeys } from "./keys.js";
import { OfferRegistry } from "./offer-registry.js";
import { optionsSchema, type RedisStoreOptions } from "./options.js";
import { reconcile } from "./reconcile/index.js";
import type { Reconciliation } from "./reconcile/report.js";
import { addCodes } from "./scripts/add-codes.js";
import { claim } from "./scripts/claim.js";
import { counts } from "./scripts/counts.js";
import { findCode } from "./scripts/find-code.js";
import { forget } from "./scripts/forget.js";
import { givenByDay } from "./scripts/given-by-day.js";
import { holdings } from "./scripts/holdings.js";
import { confirmed, listOffer } from "./scripts/list-offer.js";
import { saveOffer } from "./scripts/offers.js";
import { redeem } from "./scripts/redeem.js";
import { release } from "./scripts/release.js";
import { forgetSignUp, recordSignUp } from "./scripts/sign-up.js";
import { settleSignal, takeSignal } from "./scripts/signal.js";
import { tryCodes } from "./scripts/try-codes.js";
import { withdraw } from "./scripts/withdraw.js";
import { startChecks } from "./startup-check.js";

export type { RedisClient } from "./client.js";
export type { RedisStoreOptions } from "./options.js";
export type { FaultKind, Finding, Reconciliation } from "./reconcile/report.js";

const MOST_SAVES = 10;

/** What a store in Redis can do besides. */
export interface RedisStore extends OfferStore {
  /**
   * Checks servers, account and client before the first message does. Rejects with `InvalidInputError` when they cannot keep what is
   * promised, with `StoreUnavailableError` when they do not answer; calls `onWarning` with what puts codes at risk.
   */
  ready(): Promise<void>;
  /**
   * Checks that all that is kept of an offer agrees: every code in one place, indexed, with a holder who knows of it, and counters that add
   * up. Changes nothing and holds nobody up; meant for an offer at rest. Rejects for an unknown offer.
   */
  reconcile(offerId: string): Promise<Reconciliation>;
}

/**
 * A store in Redis 7 or later, Valkey, or Redis Cluster, over the caller's client, which it never closes: of ioredis or iovalkey
 * as it is, of node-redis by `fromNodeRedis`.
 *
 * @example
 * const store = redisStore(new Redis("redis://localhost:6379"), { prefix: "shop" });
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  if (typeof (client as RedisClient | undefined)?.call !== "function") {
    throw invalidInput("client", "an ioredis or iovalkey client, or fromNodeRedis(client)", client);
  }
  const settings = checked(optionsSchema, "options", options);
  const { prefix, timeout, durability, replicas } = settings;
  const connection = new Connection(client, timeout, confirmationFor(durability, replicas, timeout));
  const checks = startChecks(connection, settings);
  connection.guard(checks);
  const keys = storeKeys(prefix);
  const offers = new OfferRegistry(connection, prefix, keys.offers);
  const listeners = new Set<(change: StoreChange) => void>();

  /** This process hears of its own changes at once; the channel tells the others. */
  function notify(change: StoreChange): void {
    for (const listener of listeners) listener(change);
  }

  async function signUpOffer(subscriberId: string): Promise<string | null> {
    return connection.command("sign-up", (redis) => redis.hget(keys.signUpBucket(subscriberId), subscriberId));
  }

  async function trySave(offer: Offer): Promise<SavedOffer | "changed-meanwhile"> {
    const loaded = await offers.load(offer.id);
    await listOffer(connection, keys.offers, offer.id);
    if (loaded !== null && sameOffer(loaded.state.offer, offer)) {
      await confirmed(connection, offerKey(prefix, offer.id));
      return { status: "unchanged", offer };
    }
    const saved = await saveOffer(connection, offerKey(prefix, offer.id), {
      offer,
      revision: loaded?.state.revision ?? null,
      buckets: bucketCount(offer.expectedAudience),
      channel: keys.changes,
      change: changeText({ type: "offer", offerId: offer.id }),
    });
    if (saved === "changed-meanwhile") return saved;
    notify({ type: "offer", offerId: offer.id });
    return { status: loaded === null ? "created" : "changed", offer };
  }

  async function addNew(
    offerId: string,
    batchInput: BatchInput,
    codes: readonly string[],
    since: number | undefined,
    hold: Hold,
  ): Promise<AddedCodes> {
    const batch = parseBatch(batchInput);
    const offer = await offers.keysOf(offerId);
    if (offer === null) throw unknownOffer(offerId);
    const elsewhere = await offers.inOtherOffers(offerId, codes);
    const free = codes.filter((_, place) => !elsewhere.has(place));
    const change = changeText({ type: "offer", offerId });
    const reply = await addCodes(connection, offer, { batch, codes: free, since, channel: keys.changes, change, hold });
    if (reply.status === "unknown-offer") throw unknownOffer(offerId);
    if (reply.status === "different-days") throw differentDays(reply.known, batch);
    if (reply.status === "batch-full") throw new InvalidInputError(`batch "${batch.id}" is full: name another batch`);
    const { start, outcomes } = reply;
    if (start === 0) notify({ type: "offer", offerId });
    let next = 0;
    const all = codes.map((_, place) => (elsewhere.has(place) ? "in-other-offer" : (outcomes[next++] as CodeOutcome)));
    return { start, outcomes: all };
  }

  return {
    ready: checks.pass,
    reconcile: async (offerId) => reconcile(connection, keys, await offers.load(offerId), offerId),

    async saveOffer(input: OfferInput) {
      const offer = parseOffer(input);
      for (let attempt = 0; attempt < MOST_SAVES; attempt++) {
        const saved = await trySave(offer);
        if (saved !== "changed-meanwhile") return saved;
      }
      throw new InvalidInputError(`offer "${offer.id}" was changed by others at every try to save it`);
    },

    loadOffer: async (offerId) => (await offers.load(offerId))?.state ?? null,

    async listOffers() {
      const loaded = await Promise.all((await offers.offerIds()).map((id) => offers.load(id)));
      return loaded.flatMap((each) => (each === null ? [] : [each.state.offer]));
    },

    async addCodes(offerId, batch, codes, since) {
      checkAddCodes(codes, since);
      return withImportLock(connection, keys.importLock, (hold) => addNew(offerId, batch, codes, since, hold));
    },

    async tryCodes(offerId, codes) {
      checkAddCodes(codes, undefined);
      const offer = await offers.keysOf(offerId);
      if (offer === null) throw unknownOffer(offerId);
      const [elsewhere, outcomes] = await Promise.all([
        offers.inOtherOffers(offerId, codes),
        tryCodes(connection, offer, codes),
      ]);
      return outcomes.map((outcome, place) => (elsewhere.has(place) ? "in-other-offer" : outcome));
    },

    async assign() {
      throw new InvalidInputError("store: expected one that takes assigned codes, but got: a store in Redis");
    },

    async claim(request) {
      // Without waiting where it can: what is asked for goes out while its process is still asking for more.
      const offer = offers.knownKeys(request.offerId) ?? (await offers.keysOf(request.offerId));
      return offer === null ? { status: "offer-changed" } : claim(connection, offer, request);
    },

    async holdings(offerId, subscriberIds) {
      const offer = await offers.keysOf(offerId);
      if (offer === null || subscriberIds.length === 0) return subscriberIds.map(() => null);
      return holdings(connection, offer, subscriberIds);
    },

    async release(offerId, subscriberId, messageId) {
      const offer = await offers.keysOf(offerId);
      if (offer === null) return { status: "nothing-claimed" };
      const change: StoreChange = { type: "subscriber", offerId, subscriberId };
      const claimed = { subscriberId, messageId, channel: keys.changes, change: changeText(change) };
      const released = await release(connection, offer, claimed);
      if (released.status === "released") notify(change);
      return released;
    },

    async redeem(code, at) {
      checkCode(code);
      checkInstant("at", at);
      const owner = await offers.ownerOf(code);
      if (owner === null) return { status: "unknown-code" };
      const change = changeText({ type: "subscriber", offerId: owner.offerId, subscriberId: "" });
      const reply = await redeem(connection, owner.keys, { code, at, channel: keys.changes, change });
      if (reply === null) return { status: "unknown-code" };
      const { offerId } = owner;
      if (reply.status === "redeemed" && reply.subscriberId !== null)
        notify({ type: "subscriber", offerId, subscriberId: reply.subscriberId });
      return { ...reply, offerId };
    },

    async findCode(code) {
      checkCode(code);
      const owner = await offers.ownerOf(code);
      return owner && findCode(connection, owner.offerId, owner.keys, code);
    },

    async recordSignUp(subscriberId, offerId) {
      checkSignUp(subscriberId, offerId);
      return recordSignUp(connection, keys.signUpBucket(subscriberId), subscriberId, offerId);
    },

    signUpOffers: (subscriberIds) => Promise.all(subscriberIds.map(signUpOffer)),
    counts: async (offerId) => (await counts(connection, offerKey(prefix, offerId)))?.batches ?? null,
    givenByDay: (offerId, from, days) => givenByDay(connection, offerKey(prefix, offerId), from, days),
    sampleCode: async (offerId) => (await counts(connection, offerKey(prefix, offerId)))?.sample ?? null,

    async withdraw(offerId, batchId) {
      const offer = await offers.keysOf(offerId);
      if (offer === null) throw unknownOffer(offerId);
      const withdrawn = await withImportLock(connection, keys.importLock, (hold) =>
        withdraw(connection, offer, batchId, hold),
      );
      if (withdrawn === null) throw unknownBatch(batchId);
      return withdrawn;
    },

    givenOut: (offerId) => givenOut(connection, prefix, offerId),

    takeSignal: (signal) => takeSignal(connection, `${prefix}:signal:${signal}`),
    settleSignal: (signal, isDelivered) => settleSignal(connection, `${prefix}:signal:${signal}`, isDelivered),

    async forget(subscriberId) {
      const forgotten = {
        subscriberId,
        channel: keys.changes,
        change: changeText({ type: "forgotten", subscriberId }),
      };
      await forgetSignUp(connection, keys.signUpBucket(subscriberId), forgotten);
      const given = await Promise.all(
        (await offers.offerIds()).map(async (offerId) => {
          const offer = await offers.keysOf(offerId);
          return offer === null ? 0 : forget(connection, offer, forgotten);
        }),
      );
      notify({ type: "forgotten", subscriberId });
      return given.reduce((sum, many) => sum + many, 0);
    },

    watch(listener) {
      listeners.add(listener);
      const watch = watchChanges(client, keys.changes, listener);
      return {
        live: watch.live,
        close() {
          listeners.delete(listener);
          return watch.close();
        },
      };
    },

    async close() {},
  };
}
