import { PLACES } from "../keys.js";

/** A text holds refs, separated by blanks. */
export function refsIn(text: string | null | undefined): number[] {
  return (text ?? "").match(/\d+/g)?.map(Number) ?? [];
}

/** Where a code is, in words. */
export function refText(ref: number): string {
  return placeText(Math.floor(ref / PLACES), ref % PLACES);
}

export function placeText(batch: number, place: number): string {
  return `batch ${batch}, place ${place}`;
}
