import { PLACES } from "../keys.js";
import type { KeyScanner } from "./key-scanner.js";
import { INDEX_SEEN, INDEXED, type Marks } from "./places.js";
import { refText } from "./refs.js";
import type { Report } from "./report.js";

/** Checks the index of codes: each entry must lead to the place that leads to it. */
export async function checkCodeIndex(
  shelf: KeyScanner,
  buckets: number,
  marks: readonly Marks[],
  report: Report,
): Promise<void> {
  const keys = Array.from({ length: buckets }, (_, bucket) => `${shelf.keys.base}:c:${bucket}`);
  for await (const entries of shelf.hashes(keys)) {
    for (const [code, text] of entries) {
      const ref = Number(text);
      const batch = marks[Math.floor(ref / PLACES)];
      const mark = batch?.[ref % PLACES] ?? 0;
      if (!(mark & INDEXED) || mark & INDEX_SEEN) report.find("index-astray", `${code} is not at ${refText(ref)}`);
      if (batch !== undefined) batch[ref % PLACES] = mark | INDEX_SEEN;
    }
  }
}
