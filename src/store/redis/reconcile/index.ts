import { unknownOffer } from "../../checks.js";
import type { Importing } from "../importing.js";
import { offerKey } from "../keys.js";
import type { LoadedOffer } from "../scripts/offers.js";
import { checkCodeIndex } from "./code-index.js";
import { checkHoldings } from "./holdings.js";
import { KeyScanner } from "./key-scanner.js";
import { checkPlaces, type Marks } from "./places.js";
import { repairIndex } from "./repair.js";
import { type Reconciliation, Report } from "./report.js";

/** `repair`: mend the index where it does not fit what the offer has. Default `false`: change nothing. */
export type ReconcileOptions = { repair?: boolean };

/**
 * Checks that the keys of one offer agree with each other and with the index, and reads in small pieces. What happens meanwhile can
 * show up as a fault that is none, so it is meant for an offer at rest.
 *
 * Every place of every batch is looked up at its holder, then the index and the holders are gone through for what does not
 * lead to a place, and for places that nothing leads to. That takes five bytes of memory for each code.
 */
export async function reconcile(
  parts: Importing,
  loaded: LoadedOffer | null,
  offerId: string,
  { repair = false }: ReconcileOptions,
): Promise<Reconciliation> {
  if (loaded === null) throw unknownOffer(offerId);
  const { state, number, buckets } = loaded;
  const { connection, keys, index, offers } = parts;
  const shelf = new KeyScanner(connection, { base: offerKey(keys.prefix, offerId), buckets });
  const report = new Report();
  const numbers = await offers.numbers();
  await checkNames(shelf, numbers, loaded, report);
  const marks: Marks[] = [];
  for (const batch of state.batches.keys()) marks.push(await checkPlaces(shelf, batch, report));
  const known = { number, numbers: new Set(numbers.keys()) };
  const found = await checkCodeIndex(shelf, index, known, marks, report);
  await checkHoldings(shelf, marks, report);
  if (repair) report.repaired = await repairIndex(parts, { number, base: shelf.keys.base }, numbers, found);
  return report.result(offerId);
}

async function checkNames(
  shelf: KeyScanner,
  numbers: ReadonlyMap<number, string>,
  { state, number }: LoadedOffer,
  report: Report,
): Promise<void> {
  const { id } = state.offer;
  if (numbers.get(number) !== id) report.find("offer-not-listed", `offer "${id}" is not in the list of offers`);
  const fields = await shelf.hash(shelf.keys.base);
  for (const [place, batch] of state.batches.entries()) {
    const known = fields.get(`batch:${batch.id}`);
    if (known !== String(place)) report.find("offer-not-listed", `batch "${batch.id}" is known as number ${known}`);
  }
}
