import type { Merged } from "../store.js";
import type { Holder, OfferShelf } from "./holders.js";
import type { Entry } from "./pool.js";

/** Makes `from` and `into` one subscriber: see `OfferStore.merge`. */
export function mergeSubscribers(
  shelves: ReadonlyMap<string, OfferShelf>,
  signUps: Map<string, string>,
  from: string,
  into: string,
): Merged {
  const signUpOfferId = signUpOfBoth(shelves, signUps, from, into);
  if (signUpOfferId !== null) signUps.set(into, signUpOfferId);
  signUps.delete(from);
  let codes = 0;
  for (const { holders } of shelves.values()) {
    const moved = holders.get(from) ?? [];
    if (moved.length === 0) continue;
    for (const { claim } of moved) if (claim) Object.assign(claim, { subscriberId: into, shared: true });
    holders.set(into, newestFirst([...(holders.get(into) ?? []), ...moved]));
    holders.delete(from);
    codes += moved.length;
  }
  return { codes, signUpOfferId };
}

function signUpOfBoth(
  shelves: ReadonlyMap<string, OfferShelf>,
  signUps: ReadonlyMap<string, string>,
  from: string,
  into: string,
): string | null {
  const [other, own] = [signUps.get(from), signUps.get(into)];
  if (other === undefined || own === undefined) return own ?? other ?? null;
  const since = (offerId: string, subscriberId: string) =>
    shelves.get(offerId)?.holders.get(subscriberId)?.at(-1)?.claim?.issuedAt ?? Number.POSITIVE_INFINITY;
  return since(other, from) < since(own, into) ? other : own;
}

function newestFirst(entries: Entry[]): Holder {
  return entries.sort((one, other) => (other.claim?.issuedAt ?? 0) - (one.claim?.issuedAt ?? 0)) as Holder;
}
