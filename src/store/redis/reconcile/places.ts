import { codeKey } from "../../../domain/identifier.js";
import { bucketAt, hashOf } from "../buckets.js";
import { type OfferKeys, PAGE, PLACES } from "../keys.js";
import { REVOKED } from "../lua.js";
import type { KeyScanner } from "./key-scanner.js";
import { placeText, refsIn } from "./refs.js";
import type { Report } from "./report.js";

/** The facts found of each place of a batch: whether it has a code, whether its holder's entry names it, and what has led to it. */
export const TAKEN_UP = 1;
export const HELD = 2;
export const INDEX_SEEN = 4;
export const HOLDING_SEEN = 8;

/** What was found in a batch, by place. `hashes`: of the codes in lower case. */
export type Marks = { readonly seen: Uint8Array; readonly hashes: Uint32Array };

type Place = {
  place: number;
  code: string;
  subscriberId: string;
  isGiven: boolean;
  isRedeemed: boolean;
  isRevoked: boolean;
  isListed: boolean;
};
type Batch = { number: number; taken: number; back: Set<string>; used: Map<string, string> };
type Counts = { given: number; redeemed: number; used: number };

/** Goes through the codes of one batch, place by place, and looks each of them up at its holder. */
export async function checkPlaces(shelf: KeyScanner, number: number, report: Report): Promise<Marks> {
  const { base } = shelf.keys;
  const [size, back] = (await shelf.ask("batch", (pipeline) => {
    pipeline.llen(`${base}:pool:${number}`);
    pipeline.zrange(`${base}:back:${number}`, "0", "-1");
  })) as [number, string[]];
  const counters = await shelf.hash(`${base}:batch:${number}`);
  const used = await shelf.hash(`${base}:used:${number}`);
  const batch = { number, taken: Number(counters.get("taken") ?? 0), back: new Set(back), used };
  const marks = { seen: new Uint8Array(batch.taken + size), hashes: new Uint32Array(batch.taken + size) };
  const counts = { given: 0, redeemed: 0, used: 0 };
  for await (const places of placesOf(shelf, batch, report)) {
    for (const place of places) count(place, batch, counts, report);
    for (const place of places) mark(place, marks);
    await checkHolders(shelf, number, places, marks, report);
  }
  for (const place of batch.back)
    report.find("code-lost", `${placeText(number, Number(place))} is said to be released`);
  for (const place of used.keys()) {
    report.find(
      "code-lost",
      `${placeText(number, Number(place))} is said to be redeemed or revoked in the pool, but is not in it`,
    );
  }
  checkCounters(number, counters, counts, report);
  return marks;
}

async function* placesOf(shelf: KeyScanner, batch: Batch, report: Report): AsyncGenerator<Place[]> {
  const { number, taken } = batch;
  let next = 0;
  for await (const { page, records } of shelf.pages(number, taken)) {
    const expected = Math.max(0, Math.min(PAGE, taken - page * PAGE));
    if (records.length !== expected) {
      report.find("places-broken", `page ${page} of batch ${number} has ${records.length} records, not ${expected}`);
    }
    yield records.map((record, index) => placeOf(record, page * PAGE + index)).filter(({ code }) => code !== "");
  }
  for await (const codes of shelf.pool(number)) {
    yield codes.map((code, index) => {
      const place = taken + next + index;
      const ending = batch.used.get(String(place));
      batch.used.delete(String(place));
      return { ...placeOf(ending === undefined ? code : `${code}\t\t\t\t\t${ending}`, place), isListed: true };
    });
    next += codes.length;
  }
}

/** A record as keys.ts describes it; without a code where that was withdrawn. */
function placeOf(record: string, place: number): Place {
  const [code = "", subscriberId = "", , issued = "", , redeemed = "", revoked] = record.split("\t");
  const facts = { isGiven: issued !== "", isRedeemed: redeemed !== "", isRevoked: revoked === REVOKED };
  return { place, code, subscriberId, ...facts, isListed: false };
}

function count(place: Place, batch: Batch, counts: Counts, report: Report): void {
  report.codes += 1;
  const isBack = batch.back.delete(String(place.place));
  if (place.isRedeemed) report.redeemed += 1;
  if (place.isGiven) {
    report.givenOut += 1;
    counts.given += 1;
    if (place.isRedeemed) counts.redeemed += 1;
  } else if (place.isRedeemed) counts.used += 1;
  else if (!place.isRevoked) report.inPool += 1;
  if (isBack !== (!place.isListed && !place.isGiven && !place.isRedeemed && !place.isRevoked)) {
    const text = isBack ? "is to be drawn again though it is not free" : "is neither in the pool nor given out";
    report.find("code-lost", `${place.code} (${placeText(batch.number, place.place)}) ${text}`);
  }
}

function mark({ place, code }: Place, { seen, hashes }: Marks): void {
  seen[place] = TAKEN_UP;
  hashes[place] = hashOf(codeKey(code));
}

async function checkHolders(
  shelf: KeyScanner,
  batch: number,
  places: Place[],
  marks: Marks,
  report: Report,
): Promise<void> {
  const given = places.filter(({ subscriberId }) => subscriberId !== "");
  const buckets = given.map(({ subscriberId }) => subscriberBucket(shelf.keys, subscriberId));
  const lookUp = (suffix: string) =>
    shelf.lookUp(given.map(({ subscriberId }, index) => [`${buckets[index]}${suffix}`, subscriberId]));
  const [held, older] = [await lookUp(""), await lookUp(":older")];
  for (const [index, { place, code, subscriberId }] of given.entries()) {
    const refs = [...refsIn(held[index]), ...refsIn(older[index])];
    if (refs.includes(batch * PLACES + place)) marks.seen[place] = (marks.seen[place] ?? 0) | HELD;
    else report.find("holder-astray", `${code} (${placeText(batch, place)}) names "${subscriberId}"`);
  }
}

function subscriberBucket({ base, buckets }: OfferKeys, subscriberId: string): string {
  return `${base}:s:${bucketAt(hashOf(subscriberId), buckets)}`;
}

function checkCounters(batch: number, counters: Map<string, string>, counts: Counts, report: Report): void {
  const days = [...counters].filter(([field]) => field.startsWith("day:"));
  const byDay = days.reduce((sum, [, many]) => sum + Number(many), 0);
  const expected = { ...counts, "given by day": counts.given };
  for (const [name, counted] of Object.entries(expected)) {
    const said = name === "given by day" ? byDay : Number(counters.get(name) ?? 0);
    if (said !== counted) report.find("counter-wrong", `batch ${batch} counts ${said} ${name}, but has ${counted}`);
  }
}
