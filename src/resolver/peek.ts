import { codeAnswer, storeUnavailableAnswer, unavailableAnswer } from "../domain/answer.js";
import { decide } from "../domain/decide.js";
import type { Holding } from "../domain/holding.js";
import type { Message } from "../domain/message.js";
import type { OfferState } from "../domain/offer.js";
import type { Resolution } from "../domain/resolution.js";
import type { UnixMs } from "../domain/units.js";
import type { BatchCounts, OfferStore } from "../store/store.js";

const MOST_TRIES = 10;

/** The part of a store that a peek reads. None of it changes anything. */
export type OfferReader = Pick<
  OfferStore,
  "loadOffer" | "holdings" | "counts" | "sampleCode" | "findCode" | "signUpOffers"
>;

/** What a peek needs of an offer besides what the subscriber holds. `sample` has the shape of the pool's codes and is not one of them. */
export type OfferFacts = {
  readonly state: OfferState;
  readonly counts: readonly BatchCounts[];
  readonly sample: string;
};

/** What `resolve` would answer for this message at `now`, without taking a code. */
export async function peek(store: OfferReader, message: Message, offerId: string, now: UnixMs): Promise<Resolution> {
  try {
    const [facts, holdings] = await Promise.all([
      readFacts(store, offerId),
      store.holdings(offerId, [message.subscriberId]),
    ]);
    if (facts === null) return unavailableAnswer(offerId, undefined, "unknown-offer");
    return peekAnswer(facts, holdings[0] ?? null, message, now);
  } catch (error) {
    return storeUnavailableAnswer(offerId, undefined, error);
  }
}

/** Reads everything that the resolutions of one offer depend on, for any number of subscribers. `null`: no such offer. */
export async function readFacts(store: OfferReader, offerId: string): Promise<OfferFacts | null> {
  const [state, counts, pooled] = await Promise.all([
    store.loadOffer(offerId),
    store.counts(offerId),
    store.sampleCode(offerId),
  ]);
  if (state === null) return null;
  return { state, counts: counts ?? [], sample: pooled === null ? "" : await sampleLike(store, pooled) };
}

/** The resolution that follows from the facts. Pure: previews call it with supposed facts. */
export function peekAnswer(
  facts: OfferFacts,
  holding: Holding | null,
  message: Pick<Message, "id" | "type">,
  now: UnixMs,
): Resolution {
  const { state, counts, sample: code } = facts;
  const decision = decide(state, holding, message, now);
  if (decision.action === "keep") return codeAnswer(state, decision.held, decision.reason, message.id, now);
  if (decision.action === "unavailable") return unavailableAnswer(state.offer.id, state, decision.reason);
  const batch = drawnFrom(counts, decision.from);
  if (batch === undefined) return unavailableAnswer(state.offer.id, state, "pool-empty");
  const held = { code, batch, issuedAt: now, messageId: message.id, redeemedAt: null, shared: false };
  return { ...codeAnswer(state, held, decision.reason, message.id, now), isSample: true };
}

/** The batch that the next code comes from. */
export function drawnFrom(counts: readonly BatchCounts[], from: readonly number[]): number | undefined {
  return from.find((batch) => (counts[batch]?.inPool ?? 0) > 0);
}

/** How many codes these batches have to give. */
export function availableIn(counts: readonly BatchCounts[], from: readonly number[]): number {
  return from.reduce((sum, batch) => sum + (counts[batch]?.inPool ?? 0), 0);
}

/** A code of the same shape and length that no offer has. */
async function sampleLike(store: OfferReader, pooled: string): Promise<string> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const sample = sampleOf(pooled, attempt);
    if ((await store.findCode(sample)) === null) return sample;
  }
  return "SAMPLE-CODE";
}

function sampleOf(pooled: string, attempt: number): string {
  let letters = 0;
  return pooled.replace(/[a-z]|[A-Z]|\d/g, (char) => {
    if (/\d/.test(char)) return String(attempt % 10);
    const letter = "SAMPLE"[letters++ % 6] as string;
    return char === char.toLowerCase() ? letter.toLowerCase() : letter;
  });
}
