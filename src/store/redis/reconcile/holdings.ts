import { PAGE, PLACES } from "../keys.js";
import { REVOKED } from "../lua.js";
import type { KeyScanner } from "./key-scanner.js";
import { HELD, HOLDING_SEEN, type Marks } from "./places.js";
import { refsIn, refText } from "./refs.js";
import type { Report } from "./report.js";

/** Checks the subscribers: each code that one is recorded to hold must name that subscriber, and no message has two that are not revoked. */
export async function checkHoldings(shelf: KeyScanner, marks: readonly Marks[], report: Report): Promise<void> {
  const bucketKeys = Array.from({ length: shelf.keys.buckets }, (_, bucket) => `${shelf.keys.base}:s:${bucket}`);
  const hashes = shelf.hashes(bucketKeys.flatMap((key) => [key, `${key}:older`]));
  for (;;) {
    const held = await hashes.next();
    const older = await hashes.next();
    if (held.done || older.done) return;
    const holders = new Map([...held.value].map(([subscriberId, refs]) => [subscriberId, refsIn(refs)]));
    for (const [subscriberId, refs] of older.value) {
      holders.set(subscriberId, [...(holders.get(subscriberId) ?? []), ...refsIn(refs)]);
    }
    for (const [subscriberId, refs] of holders) checkMarks(subscriberId, refs, marks, report);
    await checkMessages(shelf, holders, report);
  }
}

function checkMarks(subscriberId: string, refs: number[], marks: readonly Marks[], report: Report): void {
  report.subscribers += 1;
  for (const ref of refs) {
    const batch = marks[Math.floor(ref / PLACES)];
    const mark = batch?.seen[ref % PLACES] ?? 0;
    if (!(mark & HELD) || mark & HOLDING_SEEN) {
      report.find("holding-astray", `"${subscriberId}" is said to hold the code at ${refText(ref)}`);
    }
    if (batch !== undefined) batch.seen[ref % PLACES] = mark | HOLDING_SEEN;
  }
}

async function checkMessages(shelf: KeyScanner, holders: Map<string, number[]>, report: Report): Promise<void> {
  const several = [...holders].filter(([, refs]) => refs.length > 1);
  const wanted = several.flatMap(([subscriberId, refs]) => refs.map((ref) => ({ subscriberId, ref })));
  if (wanted.length === 0) return;
  const records = await shelf.ask("records", (pipeline) => {
    for (const { ref } of wanted) {
      const place = ref % PLACES;
      pipeline.lindex(`${shelf.keys.base}:g:${Math.floor(ref / PLACES)}:${Math.floor(place / PAGE)}`, place % PAGE);
    }
  });
  const seen = new Set<string>();
  for (const [index, { subscriberId, ref }] of wanted.entries()) {
    const [, , messageId = "", , , , revoked] = (records[index] as string | null)?.split("\t") ?? [];
    if (revoked === REVOKED) continue;
    const claim = `"${messageId}" to "${subscriberId}"`;
    if (messageId !== "" && seen.has(claim)) report.find("message-twice", `${claim}, also at ${refText(ref)}`);
    seen.add(claim);
  }
}
