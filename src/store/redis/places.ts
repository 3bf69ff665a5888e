import { codeKey } from "../../domain/identifier.js";
import type { Connection } from "./connection.js";
import type { Turn } from "./import-lock.js";
import { type PlacedCode, type PlaceRange, readPlaces } from "./scripts/places.js";

/** A code and the place where it should be. */
export type Wanted = { readonly key: string; readonly batch: number; readonly place: number };

/** Where nearly all places follow one another, as after an interrupted import, a range is read at once, gaps included. */
const GAP = 32;
const LONGEST = 500;
const RANGES_AT_ONCE = 100;
const PLACES_AT_ONCE = 2000;

type Range = PlaceRange & { count: number; wanted: number[] };

/** What an offer has at the places where codes are wanted, in their order; `null` where that code is not there. */
export async function placedCodes(
  connection: Connection,
  base: string,
  wanted: readonly Wanted[],
  turn: Turn | null,
): Promise<(PlacedCode | null)[]> {
  const found: (PlacedCode | null)[] = new Array(wanted.length).fill(null);
  for (const ranges of portions(rangesOf(wanted))) {
    const texts = await readPlaces(connection, base, ranges, turn);
    for (const [at, range] of ranges.entries()) {
      for (const index of range.wanted) {
        const { key, place } = wanted[index] as Wanted;
        const placed = texts[at]?.[place - range.first];
        found[index] = placed !== undefined && codeKey(codeOf(placed.record)) === key ? placed : null;
      }
    }
  }
  return found;
}

/** Whether a code has been given to somebody. */
export function isGivenOut({ record, isDrawn }: PlacedCode): boolean {
  return isDrawn && (record.split("\t")[3] ?? "") !== "";
}

function codeOf(record: string): string {
  const end = record.indexOf("\t");
  return end < 0 ? record : record.slice(0, end);
}

function rangesOf(wanted: readonly Wanted[]): Range[] {
  const order = [...wanted.keys()].sort((one, other) => compare(wanted[one] as Wanted, wanted[other] as Wanted));
  const ranges: Range[] = [];
  for (const index of order) {
    const { batch, place } = wanted[index] as Wanted;
    const last = ranges.at(-1);
    const isNear = last?.batch === batch && place < last.first + LONGEST && place < last.first + last.count + GAP;
    if (last !== undefined && isNear) {
      last.count = place - last.first + 1;
      last.wanted.push(index);
    } else ranges.push({ batch, first: place, count: 1, wanted: [index] });
  }
  return ranges;
}

function compare(one: Wanted, other: Wanted): number {
  return one.batch - other.batch || one.place - other.place;
}

function* portions(ranges: readonly Range[]): Generator<Range[]> {
  let portion: Range[] = [];
  let places = 0;
  for (const range of ranges) {
    if (portion.length === RANGES_AT_ONCE || places + range.count > PLACES_AT_ONCE) {
      yield portion;
      portion = [];
      places = 0;
    }
    portion.push(range);
    places += range.count;
  }
  if (portion.length > 0) yield portion;
}
