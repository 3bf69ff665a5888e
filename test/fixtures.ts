// What most tests begin with: an offer with codes, a message, a clock that stands still.
import type { Batch, ClaimRequest, HeldCode, Message, OfferInput, OfferState, OfferStore, UnixMs } from "offer-code";
import { parseOffer } from "../src/internal.js";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** 3 November 2026, 12:00 UTC. */
export const NOON: UnixMs = Date.UTC(2026, 10, 3, 12);

/** The instant of an ISO text such as 2026-11-01T00:00:00-04:00. */
export function instant(text: string): UnixMs {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Error(`no instant: ${text}`);
  return at;
}

/** A campaign email to `ann` for the offer `welcome`. */
export function message(fields: Partial<Message> = {}): Message {
  return { id: "m1", type: "campaign", channel: "email", subscriberId: "ann", offerId: "welcome", ...fields };
}

/** The same message as another process would read it: equal, and another object. */
export function copyOf(original: Message): Message {
  return { ...original };
}

export type Clock = { readonly now: () => UnixMs; at: UnixMs };

/** A clock that shows `at` until somebody sets it. */
export function clockAt(at: UnixMs = NOON): Clock {
  const clock: Clock = { at, now: () => clock.at };
  return clock;
}

/** An offer as a store would know it. */
export function stateOf(offer: Omit<OfferInput, "id"> = {}, batches: readonly Batch[] = [{ id: "b1" }]): OfferState {
  return { offer: parseOffer({ id: "welcome", ...offer }), batches, revision: 1 };
}

/** A code that message `m0` claimed at noon. */
export function held(fields: Partial<HeldCode> = {}): HeldCode {
  return { code: "A1", batch: 0, issuedAt: NOON, messageId: "m0", redeemedAt: null, shared: false, ...fields };
}

type Upload = Batch & { readonly codes: readonly string[] };

/** Saves the offer `welcome` with these uploads, by default one batch with the codes A1, B2 and C3. */
export async function stock(
  store: OfferStore,
  offer: Partial<OfferInput> = {},
  uploads: readonly Upload[] = [{ id: "b1", codes: ["A1", "B2", "C3"] }],
): Promise<void> {
  const id = offer.id ?? "welcome";
  await store.saveOffer({ ...offer, id });
  for (const { id: batch, codes, startsOn, endsOn } of uploads) {
    await store.addCodes(id, { id: batch, startsOn, endsOn }, codes);
  }
}

/** How many codes of an offer nobody has yet. */
export async function left(store: OfferStore, offerId = "welcome"): Promise<number> {
  const counts = await store.counts(offerId);
  return (counts ?? []).reduce((sum, { inPool }) => sum + inPool, 0);
}

/** `count` codes: `${prefix}0`, `${prefix}1`, ... */
export function codeList(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, place) => `${prefix}${place}`);
}

export type Counted = { readonly store: OfferStore; readonly calls: string[]; readonly claims: ClaimRequest[] };

/** The same store, and what it was asked. */
export function counted(store: OfferStore): Counted {
  const [calls, claims]: [string[], ClaimRequest[]] = [[], []];
  const counting = new Proxy(store, {
    get(target, name: keyof OfferStore) {
      const method = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        calls.push(name);
        if (name === "claim") claims.push(args[0] as ClaimRequest);
        return method.apply(target, args);
      };
    },
  });
  return { store: counting, calls, claims };
}
