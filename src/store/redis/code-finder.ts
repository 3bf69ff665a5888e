import { codeKey } from "../../domain/identifier.js";
import type { CodeOutcome } from "../store.js";
import type { CodeIndex } from "./code-index.js";
import type { Connection } from "./connection.js";
import { type Entry, entryFrom } from "./entries.js";
import type { Turn } from "./import-lock.js";
import { offerKey } from "./keys.js";
import type { OfferRegistry } from "./offer-registry.js";
import { isGivenOut, placedCodes } from "./places.js";

/** Where a code may be. */
export type Whereabouts = { readonly offerId: string; readonly base: string; readonly entry: Entry };

type Met = { readonly key: string; readonly entry: string };
type ImportedTo = { readonly offerNumber: number; readonly number: number };

/** Finds codes by way of the index, and looks where its entries lead. */
export class CodeFinder {
  constructor(
    readonly connection: Connection,
    readonly index: CodeIndex,
    readonly offers: OfferRegistry,
  ) {}

  /**
   * What `look` finds where the index leads, or `null`. When that is nothing, the index and the list of offers are read once more: the code
   * may have moved to another offer meanwhile, or this process remembers offers of before the data were wiped.
   */
  async find<Found>(code: string, look: (where: Whereabouts) => Promise<Found | null>): Promise<Found | null> {
    const key = codeKey(code);
    for (const isFresh of [false, true]) {
      const [text = ""] = await this.index.find([key]);
      if (text === "") return null;
      const entry = entryFrom(text);
      const offerId = await this.offers.offerWith(entry.offer, isFresh);
      const found = offerId ? await look({ offerId, base: offerKey(this.offers.keys.prefix, offerId), entry }) : null;
      if (found !== null) return found;
    }
    return null;
  }

  /** What an import makes of codes that have an entry already; `null` where that leads nowhere, so that the code may be added. */
  async outcomes(
    met: readonly Met[],
    to: ImportedTo,
    since: number,
    turn: Turn | null,
  ): Promise<(CodeOutcome | null)[]> {
    const outcomes: (CodeOutcome | null)[] = new Array(met.length).fill(null);
    const entries = met.map(({ entry }) => entryFrom(entry));
    for (const [number, places] of grouped(entries)) {
      const offerId = await this.offers.offerWith(number, true);
      if (offerId === null) {
        // The list of offers lost one. Its codes may be in people's hands, so they stay its own.
        for (const place of places) outcomes[place] = "in-other-offer";
      }
      if (!offerId) continue;
      const wanted = places.map((place) => ({ ...(entries[place] as Entry), key: met[place]?.key as string }));
      const base = offerKey(this.offers.keys.prefix, offerId);
      const found = await placedCodes(this.connection, base, wanted, turn);
      for (const [at, place] of places.entries()) {
        const placed = found[at] ?? null;
        const entry = entries[place] as Entry;
        if (placed === null) continue;
        if (number !== to.offerNumber) outcomes[place] = "in-other-offer";
        else if (entry.batch === to.number && entry.place >= since) outcomes[place] = "in-file";
        else outcomes[place] = isGivenOut(placed) ? "given-out" : "in-pool";
      }
    }
    return outcomes;
  }
}

/** The places in the list, by the offer's number. */
function grouped(entries: readonly Entry[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const [place, { offer }] of entries.entries()) {
    const group = groups.get(offer);
    if (group === undefined) groups.set(offer, [place]);
    else group.push(place);
  }
  return groups;
}
