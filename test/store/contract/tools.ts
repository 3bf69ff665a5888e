import type { BatchCounts, ClaimAnswer, ClaimItem, ClaimReply, ClaimRequest, Holding, OfferStore } from "offer-code";
import { NOON } from "../../fixtures.js";

/** The store of the test that runs. */
export type CurrentStore = () => OfferStore;

export type ClaimOptions = Partial<Omit<ClaimItem, "subscriberId">> & Partial<Omit<ClaimRequest, "items">>;

/** One subscriber's claim by a caller who, by default, expects what is held and draws from all batches. */
export async function claim(
  store: OfferStore,
  subscriberId: string,
  messageId: string,
  options: ClaimOptions = {},
): Promise<ClaimAnswer> {
  const { offerId = "welcome", holding = await holdingOf(store, subscriberId, offerId), reusable = null } = options;
  const item = { subscriberId, messageId, holding, reusable };
  const reply = await claimAll(store, [item], { ...options, offerId });
  if (reply.status !== "answered") throw new Error(reply.status);
  return reply.answers[0]!;
}

/** Claims for many at once, by the offer's present revision. */
export async function claimAll(
  store: OfferStore,
  items: readonly ClaimItem[],
  options: Partial<Omit<ClaimRequest, "items">> = {},
): Promise<ClaimReply> {
  const { offerId = "welcome" } = options;
  const state = await store.loadOffer(offerId);
  const { revision = state?.revision ?? 0, from = state?.batches.map((_, place) => place) ?? [], now = NOON } = options;
  return store.claim({ ...options, offerId, revision, from, now, items });
}

/** An item of a subscriber expected to hold nothing. */
export function newcomer(subscriberId: string, messageId = `for ${subscriberId}`): ClaimItem {
  return { subscriberId, messageId, holding: null, reusable: null };
}

export async function holdingOf(store: OfferStore, subscriberId: string, offerId = "welcome"): Promise<Holding | null> {
  return (await store.holdings(offerId, [subscriberId]))[0] ?? null;
}

/** The codes that a subscriber holds, newest first. */
export async function codesOf(store: OfferStore, subscriberId: string): Promise<string[]> {
  return ((await holdingOf(store, subscriberId)) ?? []).map(({ code }) => code);
}

/** The code of an answer, or its status where it has none. */
export function codeOf(answer: ClaimAnswer): string {
  return answer.status === "claimed" ? answer.holding[0].code : answer.status;
}

/** The codes of a reply in the order of its items. */
export function codesIn(reply: ClaimReply): string[] {
  return reply.status === "answered" ? reply.answers.map(codeOf) : [reply.status];
}

/** The counts of all batches, summed up. */
export async function totals(store: OfferStore, offerId = "welcome"): Promise<Omit<BatchCounts, "batch">> {
  const sum = { inPool: 0, givenOut: 0, redeemed: 0, redeemedInPool: 0 };
  for (const counts of (await store.counts(offerId)) ?? []) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += counts[key];
  }
  return sum;
}
