import { PLACES } from "./keys.js";

/** Where the index says that a code is. */
export type Entry = { readonly offer: number; readonly batch: number; readonly place: number };

const PLACE_DIGITS = 8;
const OFFER_DIGITS = 7;

/**
 * An entry as one whole number, which Redis keeps in fewer bytes than text: batch, offer in 7 digits, place in 8. The first batch of an offer leaves
 * its number out; then the first offers of a store need 5 bytes, all others 9.
 */
export function entryStart({ offer, batch }: Omit<Entry, "place">): string {
  return batch === 0 ? String(offer) : `${batch}${String(offer).padStart(OFFER_DIGITS, "0")}`;
}

export function entryText(start: string, place: number): string {
  return start + String(PLACES + place).slice(1);
}

export function entryFrom(text: string): Entry {
  const start = text.slice(0, -PLACE_DIGITS);
  const batch = start.slice(0, -OFFER_DIGITS);
  return {
    offer: Number(start.slice(-OFFER_DIGITS)),
    batch: Number(batch),
    place: Number(text.slice(-PLACE_DIGITS)),
  };
}
