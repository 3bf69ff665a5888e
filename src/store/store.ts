import type { Holding } from "../domain/holding.js";
import type { Batch, BatchInput, Offer, OfferInput, OfferState } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";

/**
 * Where offers, pools and held codes are kept. A store decides only who comes first: it does not evaluate windows or read a clock.
 * `memoryStore` and `redisStore` pass one contract test; a further store has to pass it as well.
 *
 * Every method may be called again after a lost reply and then ends in the same state.
 * While the store is unavailable, methods reject with `StoreUnavailableError`.
 */
export interface OfferStore {
  /** Creates or changes an offer. Rejects with `InvalidInputError` if it is invalid. */
  saveOffer(offer: OfferInput): Promise<SavedOffer>;
  /** The offer with its batches, or `null`. */
  loadOffer(offerId: string): Promise<OfferState | null>;
  /** All offers, by id. */
  listOffers(): Promise<Offer[]>;

  /**
   * Removes an offer with its codes, who held them and what counts them, in small steps. The offer is unknown at once; after an interruption, the
   * same call removes the rest. Codes that were removed may be imported again. Rejects with `InvalidInputError`, and says how many they are, while codes
   * wait in the pool or are given out and not redeemed, unless `force`. Returns how many codes it removed, 0 for an unknown offer.
   */
  deleteOffer(offerId: string, options?: { force?: boolean }): Promise<number>;

  /**
   * Adds codes to the end of a batch, in their order, except those that some offer has already (letter case ignored).
   * The batch is opened at its first call; the same id with other days is rejected. Meant for a few thousand codes per call.
   * `since`: the `start` that the first call of the same upload gave, to distinguish a code that occurs twice in
   * one file from one that was there before.
   */
  addCodes(offerId: string, batch: BatchInput, codes: readonly string[], since?: number): Promise<AddedCodes>;

  /** What `addCodes` would return for each code by itself. Changes nothing. */
  tryCodes(offerId: string, codes: readonly string[]): Promise<CodeOutcome[]>;

  /**
   * Records codes that subscribers hold already, brought over from another system. Each code joins the batch as given out; the batch is opened
   * as by `addCodes`. What a subscriber holds is ordered by `issuedAt`, so that the earliest is the first code, whatever the order of the calls.
   * A code that is in this offer's pool leaves the pool and keeps its own batch. The same code for the same subscriber again changes nothing, but that
   * it becomes redeemed where only the later item has `redeemedAt`. Meant for some thousand items a call; watchers receive one `missed` for a call that changes anything.
   */
  assign(offerId: string, batch: BatchInput, items: readonly Assignment[]): Promise<AssignOutcome[]>;

  /** Gives new codes to subscribers who hold what the caller expects, and returns what the others hold. See `ClaimRequest`. */
  claim(request: ClaimRequest): Promise<ClaimReply>;
  /** What subscribers hold of an offer, in their order. Changes nothing. */
  holdings(offerId: string, subscriberIds: readonly string[]): Promise<(Holding | null)[]>;
  /** Takes back what this message claimed, unless it was redeemed or another message may have shown it. */
  release(offerId: string, subscriberId: string, messageId: string): Promise<Release>;

  /** Marks a code as redeemed, found by the code alone in any letter case. The first `at` is kept. */
  redeem(code: string, at: UnixMs): Promise<Redemption>;
  /**
   * Makes a code never be handed out and never be shown again, found by the code alone in any letter case. Who holds it gets a new one. A second
   * call changes nothing.
   */
  revoke(code: string): Promise<Revocation>;
  /** Takes a revocation back, of a code that nobody was given: it is handed out again, in its place. */
  restore(code: string): Promise<Restoration>;

  /** Where a code is and who holds it, in any letter case, or `null`. */
  findCode(code: string): Promise<CodeRecord | null>;

  /** All codes that a subscriber was given, of all offers, newest first. */
  codesOf?(subscriberId: string): Promise<CodeRecord[]>;
  /**
   * Makes two profiles of one person one: the codes, messages and sign-up offer of `from` become those of `into`. Where both have a sign-up offer, that of which
   * a code was given first is kept. A second call changes nothing; after an interrupted one it moves the rest.
   */
  merge?(from: string, into: string): Promise<Merged>;

  /** Records the offer with which a subscriber signed up, and returns the record. The first one is kept. */
  recordSignUp(subscriberId: string, offerId: string): Promise<string>;
  /** The sign-up offers of subscribers, in their order. */
  signUpOffers(subscriberIds: readonly string[]): Promise<(string | null)[]>;

  /** How many codes are where, batch by batch in the order of upload, or `null` for an unknown offer. */
  counts(offerId: string): Promise<BatchCounts[] | null>;
  /** How many codes were given out on each of `days` days of UTC, the first of them that of `from`. Codes taken back do not count. */
  givenByDay(offerId: string, from: UnixMs, days: number): Promise<number[]>;
  /** A code of the pool, as the model of a sample. It stays in the pool. */
  sampleCode(offerId: string): Promise<string | null>;

  /** Takes back the codes of a batch that nobody has. The batch stays, with the codes given out. Rejects for an unknown batch. */
  withdraw(offerId: string, batchId: string): Promise<number>;
  /** Gives a batch other days; its codes follow them, those given out as well. Rejects for an unknown batch. */
  changeDays(offerId: string, batch: BatchInput): Promise<void>;
  /** The codes of a batch that nobody has and that are not redeemed, in their order, a chunk at a time; revoked ones among them. */
  poolCodes(offerId: string, batchId: string): AsyncIterable<string[]>;
  /** All codes given out, batch by batch in their order, in chunks. Codes given out meanwhile may be left out. */
  givenOut(offerId: string): AsyncIterable<CodeRecord[]>;
  /**
   * Takes the right to deliver a signal, such as "welcome10 is low": for a minute, where processes share the store. `false`: it was delivered, or
   * another process is delivering it.
   */
  takeSignal(signal: string): Promise<boolean>;
  /** Ends that right. A delivered signal is not given again, until it is settled as not delivered. */
  settleSignal(signal: string, isDelivered: boolean): Promise<void>;

  /** Removes what is kept about a person: sign-up, claims, messages. The codes stay given out. Returns how many they were. */
  forget(subscriberId: string): Promise<number>;

  /** Calls the listener for changes that other processes make, until closed. */
  watch(listener: (change: StoreChange) => void): Watch;
  /** Ends what the store opened itself. */
  close(): Promise<void>;
}

/** The offer as saved, defaults filled in, and whether saving changed anything. */
export type SavedOffer = { status: "created" | "changed" | "unchanged"; offer: Offer };

/** The outcome of each code of one call, in their order. `start`: how many codes the batch had received before this call. */
export type AddedCodes = { start: number; outcomes: CodeOutcome[] };

/** `in-file`: it occurs earlier in the same upload. `in-pool`, `given-out`: this offer had it before. */
export type CodeOutcome = "added" | "in-file" | "in-pool" | "given-out" | "in-other-offer";

/** A code that a subscriber holds. `messageId`: the message that gave it, or any text that no other message of the subscriber has. */
export type Assignment = {
  readonly code: string;
  readonly subscriberId: string;
  readonly messageId: string;
  readonly issuedAt: UnixMs;
  readonly redeemedAt: UnixMs | null;
};

/** `known`: this subscriber holds the code already. The last two change nothing: somebody else or another offer has the code. */
export type AssignOutcome = "assigned" | "known" | "held-by-another" | "in-other-offer";

/**
 * One compare-and-set over many subscribers, each of them at most once. `revision`: of the offer's state by which the caller decided; if the offer has
 * changed since, nothing is done. `from`: the batches to draw from, in turn, by their index in the order of upload.
 * `countLeft`: also return how many codes these batches have left.
 */
export type ClaimRequest = {
  readonly offerId: string;
  readonly revision: number;
  readonly from: readonly number[];
  readonly now: UnixMs;
  readonly items: readonly ClaimItem[];
  readonly countLeft?: boolean;
};

/**
 * `holding`: what the caller expects the subscriber to hold. If the newest code is another, or this message has claimed one
 * already, nothing is claimed and the reply says what is held; the code that `reusable` names is then marked as shared.
 */
export type ClaimItem = {
  readonly subscriberId: string;
  readonly messageId: string;
  readonly holding: Holding | null;
  readonly reusable: "latest" | "first" | null;
};

/** `answers`: one for each item, in their order. `left`: see `countLeft`. `offer-changed`: nothing was claimed; load the offer and decide again. */
export type ClaimReply = { status: "answered"; answers: ClaimAnswer[]; left?: number } | { status: "offer-changed" };

/** `claimed`: a code left the pool. `holds`: nothing was claimed; `holding` is what the subscriber holds. `pool-empty`: no batch of `from` has a code. */
export type ClaimAnswer =
  | { status: "claimed"; holding: Holding }
  | { status: "holds"; holding: Holding | null }
  | { status: "pool-empty" };

/** `shared`: another message may have shown the code, so it stays with the subscriber. */
export type Release = { status: "released"; code: string } | { status: "nothing-claimed" | "redeemed" | "shared" };

/**
 * What became of a redemption. `code` is in the letter case of the import; `subscriberId` is `null` where nobody holds the code.
 * A store gives `redeemedAt` in milliseconds, a resolver as a `Date`.
 */
export type Redemption<Instant = UnixMs> =
  | {
      status: "redeemed" | "already-redeemed";
      code: string;
      offerId: string;
      subscriberId: string | null;
      redeemedAt: Instant;
    }
  | { status: "unknown-code" };

/** What became of a revocation. `subscriberId` is `null` where nobody holds the code. */
export type Revocation =
  | { status: "revoked" | "already-revoked"; code: string; offerId: string; subscriberId: string | null }
  | { status: "unknown-code" };

/** `given-out`: a subscriber holds or held the code, so it stays revoked. */
export type Restoration =
  | { status: "restored" | "not-revoked" | "given-out"; code: string; offerId: string }
  | { status: "unknown-code" };

/** `codes`: how many were moved. `signUpOfferId`: the one that is kept, or `null`. */
export type Merged = { codes: number; signUpOfferId: string | null };

/** Whatever marks codes as redeemed: a store or a resolver. */
export type Redeemer = {
  /** Marks a code as redeemed at an instant. See `OfferStore`. */
  redeem(code: string, at: UnixMs): Promise<Redemption<UnixMs | Date>>;
};

/** `in-pool`: nobody has it. `given-out`: a subscriber holds or held it; `subscriberId` is `null` if that person was forgotten. */
export type CodeRecord = {
  code: string;
  offerId: string;
  batch: Batch;
  status: "in-pool" | "given-out";
  subscriberId: string | null;
  messageId: string | null;
  issuedAt: UnixMs | null;
  redeemedAt: UnixMs | null;
  /** Present where the code was revoked. */
  revoked?: true;
};

/** `inPool` can be handed out, so revoked codes are not among them; `redeemed` counts those used among `givenOut`; `redeemedInPool` were used before anybody was given them. */
export type BatchCounts = { batch: Batch; inPool: number; givenOut: number; redeemed: number; redeemedInPool: number };

/** A change that invalidates what a process remembers: of one offer, one holder of it or one forgotten person. `missed`: changes were lost. */
export type StoreChange =
  | { type: "offer"; offerId: string }
  | { type: "subscriber"; offerId: string; subscriberId: string }
  | { type: "revoked"; offerId: string; subscriberId: string }
  | { type: "forgotten"; subscriberId: string }
  | { type: "missed" };

/** A subscription to the changes of a store. */
export type Watch = {
  /** Whether every change so far has arrived. While it is false, nothing remembered may be used. */
  live(): boolean;
  /** Ends the subscription. */
  close(): Promise<void>;
};
