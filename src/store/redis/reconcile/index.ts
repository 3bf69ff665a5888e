import { unknownOffer } from "../../checks.js";
import type { Connection } from "../connection.js";
import { offerKeys } from "../keys.js";
import type { LoadedOffer } from "../scripts/offers.js";
import { checkCodeIndex } from "./code-index.js";
import { checkHoldings } from "./holdings.js";
import { KeyScanner } from "./key-scanner.js";
import { checkPlaces, type Marks } from "./places.js";
import { type Reconciliation, Report } from "./report.js";

/**
 * Checks that the keys of one offer agree with each other. Changes nothing, and reads in small pieces. What happens meanwhile can
 * show up as a fault that is none, so it is meant for an offer at rest.
 *
 * Every place of every batch is looked up in the index and at its holder, then the index and the holders are gone through for
 * what no place has led to. That takes one byte of memory for each code.
 */
export async function reconcile(
  connection: Connection,
  store: { prefix: string; offers: string },
  loaded: LoadedOffer | null,
  offerId: string,
): Promise<Reconciliation> {
  if (loaded === null) throw unknownOffer(offerId);
  const { state, buckets } = loaded;
  const shelf = new KeyScanner(connection, offerKeys(store.prefix, offerId, buckets));
  const report = new Report();
  await checkNames(shelf, store.offers, loaded, report);
  const marks: Marks[] = [];
  for (const batch of state.batches.keys()) marks.push(await checkPlaces(shelf, batch, report));
  await checkCodeIndex(shelf, buckets, marks, report);
  await checkHoldings(shelf, buckets, marks, report);
  return report.result(offerId);
}

async function checkNames(shelf: KeyScanner, list: string, { state }: LoadedOffer, report: Report): Promise<void> {
  const { id } = state.offer;
  const isListed = await shelf.connection.command("list", (client) => client.sismember(list, id));
  if (isListed !== 1) report.find("offer-not-listed", `offer "${id}" is not in the list of offers`);
  const fields = await shelf.hash(shelf.keys.base);
  for (const [number, batch] of state.batches.entries()) {
    const known = fields.get(`batch:${batch.id}`);
    if (known !== String(number)) report.find("offer-not-listed", `batch "${batch.id}" is known as number ${known}`);
  }
}
