import { z } from "zod";
import { decide } from "../domain/decide.js";
import { checked, checkItems, invalidInput } from "../domain/errors.js";
import { ID_EXPECTED, isId } from "../domain/identifier.js";
import { type MessageType, messageTypeSchema } from "../domain/message.js";
import type { OfferState } from "../domain/offer.js";
import type { NewCodeReason } from "../domain/resolution.js";
import type { UnixMs } from "../domain/units.js";
import { drawOrder } from "../domain/window.js";
import { unknownOffer } from "../store/checks.js";
import type { OfferStore } from "../store/store.js";
import { availableIn } from "./peek.js";

const CHUNK = 1000;

const optionsSchema = z.strictObject(
  { type: messageTypeSchema.default("campaign") },
  { error: "an object of options" },
);

/** `type`: the message type the audience will get. Default `campaign`. */
export type PreflightOptions = z.input<typeof optionsSchema>;

/**
 * - `recipients`: the subscribers of the audience, each counted once. `reuse`: keep a code they hold. `needNew`: need one from the pool; `why` counts the reasons.
 * - `available`: codes that can be given out today. `short`: how many are missing, 0 if there are enough.
 */
export type Preflight = {
  recipients: number;
  reuse: number;
  needNew: number;
  why: Partial<Record<NewCodeReason, number>>;
  available: number;
  short: number;
};

/** A message that was never sent, so that no code counts as claimed by it. */
const NO_MESSAGE = "";

export async function preflight(
  store: OfferStore,
  offerId: string,
  subscriberIds: Iterable<string> | AsyncIterable<string>,
  now: UnixMs,
  options: PreflightOptions = {},
): Promise<Preflight> {
  const { type } = checked(optionsSchema, "options", options);
  checkItems("subscriberIds", "a list or a stream of subscriber ids", subscriberIds);
  const state = await store.loadOffer(offerId);
  if (state === null) throw unknownOffer(offerId);
  const result: Preflight = { recipients: 0, reuse: 0, needNew: 0, why: {}, available: 0, short: 0 };
  const counted = new Set<string>();
  let [chunk, index]: [string[], number] = [[], 0];
  for await (const input of subscriberIds) {
    const subscriberId = checkedId(input, index++);
    if (counted.has(subscriberId)) continue;
    counted.add(subscriberId);
    chunk.push(subscriberId);
    if (chunk.length === CHUNK) {
      await countChunk(store, state, chunk, type, now, result);
      chunk = [];
    }
  }
  await countChunk(store, state, chunk, type, now, result);
  result.available = availableIn((await store.counts(offerId)) ?? [], drawOrder(state, now));
  result.short = Math.max(0, result.needNew - result.available);
  return result;
}

async function countChunk(
  store: OfferStore,
  state: OfferState,
  subscriberIds: string[],
  type: MessageType,
  now: UnixMs,
  result: Preflight,
): Promise<void> {
  if (subscriberIds.length === 0) return;
  for (const holding of await store.holdings(state.offer.id, subscriberIds)) {
    result.recipients += 1;
    const decision = decide(state, holding, { id: NO_MESSAGE, type }, now);
    if (decision.action === "keep") result.reuse += 1;
    else {
      result.needNew += 1;
      const reason = decision.action === "claim" ? decision.reason : decision.wanted;
      result.why[reason] = (result.why[reason] ?? 0) + 1;
    }
  }
}

function checkedId(subscriberId: unknown, index: number): string {
  if (!isId(subscriberId)) throw invalidInput(`subscriberIds[${index}]`, ID_EXPECTED, subscriberId);
  return subscriberId;
}
