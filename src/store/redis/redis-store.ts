import { checked, invalidInput } from "../../domain/errors.js";
import { checkAddCodes, checkCode, checkInstant, checkSignUp, unknownBatch, unknownOffer } from "../checks.js";
import type { OfferStore, StoreChange } from "../store.js";
import { assignCodes } from "./assigning.js";
import { changeText, watchChanges } from "./changes.js";
import { changeDays } from "./changing-days.js";
import type { RedisClient } from "./client.js";
import { CodeFinder } from "./code-finder.js";
import { CodeIndex } from "./code-index.js";
import { Connection } from "./connection.js";
import { deleteOffer } from "./deleting.js";
import { confirmationFor } from "./durability.js";
import { givenOut } from "./given-out.js";
import { importCodes, tryCodes } from "./importing.js";
import { offerKey, storeKeys } from "./keys.js";
import { mergeSubscribers } from "./merging.js";
import { OfferRegistry } from "./offer-registry.js";
import { optionsSchema, type RedisStoreOptions } from "./options.js";
import { type ReconcileOptions, reconcile } from "./reconcile/index.js";
import type { Reconciliation } from "./reconcile/report.js";
import { restore, revoke } from "./revoking.js";
import { saveOffer } from "./saving.js";
import { claim } from "./scripts/claim.js";
import { counts } from "./scripts/counts.js";
import { findCode } from "./scripts/find-code.js";
import { forget } from "./scripts/forget.js";
import { givenByDay } from "./scripts/given-by-day.js";
import { holdings } from "./scripts/holdings.js";
import { codesOf } from "./scripts/people.js";
import { poolCodes } from "./scripts/pool-codes.js";
import { redeem } from "./scripts/redeem.js";
import { release } from "./scripts/release.js";
import { forgetSignUp, recordSignUp } from "./scripts/sign-up.js";
import { settleSignal, takeSignal } from "./scripts/signal.js";
import { startChecks } from "./startup-check.js";
import { withdraw } from "./withdrawing.js";

export type { RedisClient } from "./client.js";
export type { RedisStoreOptions } from "./options.js";
export type { FaultKind, Finding, Reconciliation } from "./reconcile/report.js";

/** A store in Redis, with checks of its servers and data. */
export interface RedisStore extends OfferStore {
  /**
   * Checks servers, account and client before the first message does. Rejects with `InvalidInputError` when they cannot keep what is
   * promised, with `StoreUnavailableError` when they do not answer; calls `onWarning` with what puts codes at risk.
   */
  ready(): Promise<void>;
  /**
   * Checks that all that is kept of an offer agrees: every code in one place, indexed, with a holder who knows of it, and counters that add
   * up. Holds nobody up; meant for an offer at rest. Changes nothing, unless `repair` is to mend the index. Rejects for an unknown offer.
   */
  reconcile(offerId: string, options?: ReconcileOptions): Promise<Reconciliation>;
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
  const offers = new OfferRegistry(connection, keys);
  const index = new CodeIndex(connection, keys);
  const finder = new CodeFinder(connection, index, offers);
  const listeners = new Set<(change: StoreChange) => void>();
  const base = (offerId: string) => offerKey(prefix, offerId);

  /** This process hears of its own changes at once; the channel tells the others. */
  function notify(change: StoreChange): void {
    for (const listener of listeners) listener(change);
  }

  const parts = { connection, keys, offers, index, finder, notify };

  async function signUpOffer(subscriberId: string): Promise<string | null> {
    return connection.command("sign-up", (redis) => redis.hget(keys.signUpBucket(subscriberId), subscriberId));
  }

  return {
    ready: checks.pass,
    reconcile: async (offerId, options = {}) => reconcile(parts, await offers.load(offerId), offerId, options),
    saveOffer: (offer) => saveOffer(parts, offer),
    loadOffer: async (offerId) => (await offers.load(offerId))?.state ?? null,

    async listOffers() {
      const found = [];
      for await (const { state } of offers.loadAll()) found.push(state.offer);
      return found;
    },

    deleteOffer: (offerId, { force = false } = {}) => deleteOffer(parts, offerId, force),

    async addCodes(offerId, batch, codes, since) {
      checkAddCodes(codes, since);
      return importCodes(parts, offerId, batch, codes, since);
    },

    async tryCodes(offerId, codes) {
      checkAddCodes(codes, undefined);
      return tryCodes(parts, offerId, codes);
    },

    assign: (offerId, batch, items) => assignCodes(parts, offerId, batch, items),

    async codesOf(subscriberId) {
      const ids = [...(await offers.numbers())].sort(([one], [other]) => one - other).map(([, id]) => id);
      const found = await Promise.all(ids.map((offerId) => codesOf(connection, base(offerId), offerId, subscriberId)));
      return found.flat().sort((one, other) => (other.issuedAt ?? 0) - (one.issuedAt ?? 0));
    },

    merge: (from, into) => mergeSubscribers(parts, from, into),

    async claim(request) {
      // Without waiting where it can: what is asked for goes out while its process is still asking for more.
      let offer = offers.knownKeys(request.offerId) ?? (await offers.keysOf(request.offerId));
      while (offer !== null) {
        const reply = await claim(connection, offer, request);
        if (reply.status !== "buckets") return reply;
        offer = offers.grown(request.offerId, reply.buckets);
      }
      return { status: "offer-changed" };
    },

    async holdings(offerId, subscriberIds) {
      return subscriberIds.length === 0 ? [] : holdings(connection, base(offerId), subscriberIds);
    },

    async release(offerId, subscriberId, messageId) {
      const change: StoreChange = { type: "subscriber", offerId, subscriberId };
      const claimed = { subscriberId, messageId, channel: keys.changes, change: changeText(change) };
      const released = await release(connection, base(offerId), claimed);
      if (released.status === "released") notify(change);
      return released;
    },

    async redeem(code, at) {
      checkCode(code);
      checkInstant("at", at);
      const redeemed = await finder.find(code, async ({ offerId, base, entry }) => {
        const change = changeText({ type: "subscriber", offerId, subscriberId: "" });
        const reply = await redeem(connection, base, { entry, code, at, channel: keys.changes, change });
        return reply && { ...reply, offerId };
      });
      if (redeemed === null) return { status: "unknown-code" };
      const { status, offerId, subscriberId } = redeemed;
      if (status === "redeemed" && subscriberId !== null) notify({ type: "subscriber", offerId, subscriberId });
      return redeemed;
    },

    revoke: (code) => revoke(parts, code),
    restore: (code) => restore(parts, code),

    async findCode(code) {
      checkCode(code);
      return finder.find(code, (where) => findCode(connection, where, code));
    },

    async recordSignUp(subscriberId, offerId) {
      checkSignUp(subscriberId, offerId);
      return recordSignUp(connection, keys.signUpBucket(subscriberId), subscriberId, offerId);
    },

    signUpOffers: (subscriberIds) => Promise.all(subscriberIds.map(signUpOffer)),
    counts: async (offerId) => (await counts(connection, base(offerId)))?.batches ?? null,
    givenByDay: (offerId, from, days) => givenByDay(connection, base(offerId), from, days),
    sampleCode: async (offerId) => (await counts(connection, base(offerId)))?.sample ?? null,

    async withdraw(offerId, batchId) {
      if ((await offers.load(offerId)) === null) throw unknownOffer(offerId);
      const withdrawn = await withdraw(parts, base(offerId), batchId);
      if (withdrawn === null) throw unknownBatch(batchId);
      return withdrawn;
    },

    changeDays: (offerId, batch) => changeDays(parts, offerId, batch),

    async *poolCodes(offerId, batchId) {
      const loaded = await offers.load(offerId);
      if (loaded === null) throw unknownOffer(offerId);
      const number = loaded.state.batches.findIndex(({ id }) => id === batchId);
      if (number < 0) throw unknownBatch(batchId);
      yield* poolCodes(connection, base(offerId), number);
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
      const ids = await offers.offerIds();
      const given = await Promise.all(ids.map((offerId) => forget(connection, base(offerId), forgotten)));
      notify({ type: "forgotten", subscriberId });
      return given.reduce((sum, many) => sum + many, 0);
    },

    watch(listener) {
      listeners.add(listener);
      const watch = watchChanges(client, keys.changes, listener, () => connection.isCurrent(`${prefix}:heartbeat`));
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
