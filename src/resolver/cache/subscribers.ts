import { LRUCache } from "lru-cache";
import type { Holding } from "../../domain/holding.js";
import type { Message } from "../../domain/message.js";
import type { Epoch, ReadToken } from "./epoch.js";
import type { RecentDisplay } from "./recent-display.js";

/** Offers remembered of one subscriber. */
const MOST_OFFERS = 16;
/** Subscribers remembered beyond the cache's own bound because a message to them may have parts still to come. */
const MOST_EVICTED = 10_000;
const NEVER_READ: ReadToken = { at: 0, change: -1 };

/** What is known of one subscriber. `isCached`: still in the cache. `entries`: one for each offer, the one made last first. */
export type CachedSubscriber = {
  readonly id: string;
  isCached: boolean;
  signUpOfferId: string | null;
  signUpToken: ReadToken;
  entries: CacheEntry | null;
};

/**
 * What is known of one subscriber in one offer.
 *
 * - `holding`: what the subscriber holds, as the read `token` brought it; `null` where nothing is known or a change made it wrong.
 * - `claimant`: the message object to which the store last confirmed a code of its own.
 * - `shown`: what messages showed that had not claimed it, newest first.
 */
export type CacheEntry = {
  readonly subscriber: CachedSubscriber;
  readonly offerId: string;
  holding: Holding | null;
  token: ReadToken;
  claimant: Message | null;
  shown: RecentDisplay | null;
  next: CacheEntry | null;
};

/** Held codes and sign-up offers, one record for each subscriber. It holds facts, never decisions: the rule runs on every resolve over them. */
export class SubscriberCache {
  readonly #records: LRUCache<string, CachedSubscriber>;
  readonly #evicted = new Map<string, CachedSubscriber>();

  /** `max`: subscribers kept; the one used least recently makes room for a new one. */
  constructor(
    max: number,
    readonly epoch: Epoch,
  ) {
    this.#records = new LRUCache({ max, dispose: (record, id, reason) => this.#onRemoved(record, id, reason) });
  }

  /** What is known of the subscriber, if anything is. */
  find(subscriberId: string): CachedSubscriber | undefined {
    return this.#records.get(subscriberId) ?? this.#restore(subscriberId);
  }

  /** The same, an empty record where nothing is known. */
  get(subscriberId: string): CachedSubscriber {
    return this.find(subscriberId) ?? this.#add(newSubscriber(subscriberId));
  }

  /** The entry itself, or the one that replaced it where its subscriber was evicted meanwhile. */
  current(entry: CacheEntry): CacheEntry {
    const { subscriber, offerId } = entry;
    if (subscriber.isCached) return entry;
    const record = this.get(subscriber.id);
    return findEntry(record, offerId) ?? addEntry(record, offerId);
  }

  /** Remembers what a read brought, unless the subscriber changed after it began. Returns the entry that holds it. */
  put(token: ReadToken, entry: CacheEntry, holding: Holding): CacheEntry | null {
    if (!this.epoch.isCurrent(token, entry.subscriber.id)) return null;
    const current = this.current(entry);
    current.holding = holding;
    current.token = token;
    return current;
  }

  putSignUp(token: ReadToken, subscriber: CachedSubscriber, offerId: string): void {
    if (!this.epoch.isCurrent(token, subscriber.id)) return;
    const record = subscriber.isCached ? subscriber : this.get(subscriber.id);
    record.signUpOfferId = offerId;
    record.signUpToken = token;
  }

  /** What the subscriber holds of the offer changed. What messages have shown already they go on showing. */
  invalidate(offerId: string, subscriberId: string): CacheEntry | undefined {
    this.epoch.changed(subscriberId);
    const record = this.#peek(subscriberId);
    const entry = record && findEntry(record, offerId);
    if (entry === undefined) return undefined;
    entry.holding = null;
    entry.claimant = null;
    return entry;
  }

  /** A code that the subscriber holds was revoked: it is not shown by messages either that have shown it. */
  revoke(offerId: string, subscriberId: string): void {
    const entry = this.invalidate(offerId, subscriberId);
    if (entry !== undefined) entry.shown = null;
  }

  /** Removes all that is known of a subscriber. */
  forget(subscriberId: string): void {
    this.epoch.changed(subscriberId);
    this.#evicted.delete(subscriberId);
    this.#records.delete(subscriberId);
  }

  #peek(subscriberId: string): CachedSubscriber | undefined {
    return this.#records.peek(subscriberId) ?? this.#evicted.get(subscriberId);
  }

  #add(record: CachedSubscriber): CachedSubscriber {
    record.isCached = true;
    this.#records.set(record.id, record);
    return record;
  }

  #restore(subscriberId: string): CachedSubscriber | undefined {
    const record = this.#evicted.size === 0 ? undefined : this.#evicted.get(subscriberId);
    if (record === undefined) return undefined;
    this.#evicted.delete(subscriberId);
    return this.#add(record);
  }

  /** Parts of one message show one code, however small the cache is. */
  #onRemoved(record: CachedSubscriber, subscriberId: string, reason: string): void {
    record.isCached = false;
    if (reason !== "evict" || !hasShown(record)) return;
    if (this.#evicted.size >= MOST_EVICTED) this.#evicted.delete(this.#evicted.keys().next().value as string);
    this.#evicted.set(subscriberId, record);
  }
}

/** What is known of the subscriber in this offer. */
export function findEntry(subscriber: CachedSubscriber, offerId: string): CacheEntry | undefined {
  for (let entry = subscriber.entries; entry !== null; entry = entry.next) if (entry.offerId === offerId) return entry;
  return undefined;
}

/** An empty entry for an offer that has none yet. Beyond `MOST_OFFERS` the oldest makes room. */
export function addEntry(subscriber: CachedSubscriber, offerId: string): CacheEntry {
  const entry: CacheEntry = {
    subscriber,
    offerId,
    holding: null,
    token: NEVER_READ,
    claimant: null,
    shown: null,
    next: subscriber.entries,
  };
  subscriber.entries = entry;
  let kept = 1;
  for (let each = entry; each.next !== null; each = each.next) {
    if (kept === MOST_OFFERS) {
      each.next = null;
      break;
    }
    kept += 1;
  }
  return entry;
}

function newSubscriber(id: string): CachedSubscriber {
  return { id, isCached: false, signUpOfferId: null, signUpToken: NEVER_READ, entries: null };
}

function hasShown(record: CachedSubscriber): boolean {
  for (let entry = record.entries; entry !== null; entry = entry.next) if (entry.shown !== null) return true;
  return false;
}
