import { awayAnswer, codeAnswer, unavailableAnswer } from "./answer.js";
import { decide } from "./decide.js";
import type { Message } from "./message.js";
import type { OfferState } from "./offer.js";
import type { NewCodeReason, Resolution } from "./resolution.js";
import type { BatchCounts, OfferStore } from "./store/store.js";
import type { UnixMs } from "./units.js";

const MOST_TRIES = 10;

/** What `resolve` would answer for this message at `now`, without taking a code. */
export async function peek(store: OfferStore, message: Message, offerId: string, now: UnixMs): Promise<Resolution> {
  try {
    const [state, holdings, counts, pooled] = await Promise.all([
      store.loadOffer(offerId),
      store.holdings(offerId, [message.subscriberId]),
      store.counts(offerId),
      store.sampleCode(offerId),
    ]);
    if (state === null) return unavailableAnswer(offerId, undefined, "unknown-offer");
    const decision = decide(state, holdings[0] ?? null, message, now);
    if (decision.action === "keep") return codeAnswer(state, decision.held, decision.reason, message.id, now);
    if (decision.action === "unavailable") return unavailableAnswer(offerId, state, decision.reason);
    const batch = decision.from.find((place) => (counts?.[place]?.inPool ?? 0) > 0);
    if (batch === undefined) return unavailableAnswer(offerId, state, "pool-empty");
    return sampleAnswer(state, batch, await sampleLike(store, pooled ?? ""), decision.reason, message, now);
  } catch (error) {
    return awayAnswer(offerId, undefined, error);
  }
}

/** How many codes these batches have to give. */
export function availableIn(counts: readonly BatchCounts[], from: readonly number[]): number {
  return from.reduce((sum, place) => sum + (counts[place]?.inPool ?? 0), 0);
}

function sampleAnswer(
  state: OfferState,
  batch: number,
  code: string,
  reason: NewCodeReason,
  message: Message,
  now: UnixMs,
): Resolution {
  const held = { code, batch, issuedAt: now, messageId: message.id, redeemedAt: null, shared: false };
  return { ...codeAnswer(state, held, reason, message.id, now), isSample: true };
}

/** A code of the same shape and length that no offer has. */
async function sampleLike(store: OfferStore, pooled: string): Promise<string> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const sample = sampleOf(pooled, attempt);
    if (sample !== "" && (await store.findCode(sample)) === null) return sample;
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
