import { startOfDay } from "../domain/calendar.js";
import { InvalidInputError, invalidInput } from "../domain/errors.js";
import type { Holding } from "../domain/holding.js";
import type { Offer } from "../domain/offer.js";
import type { UnixMs } from "../domain/units.js";
import { importCodes } from "../intake/import.js";
import { memoryStore } from "../store/memory/memory-store.js";
import type { OfferStore } from "../store/store.js";
import { type Definition, type OfferEntry, offerOf } from "./definition.js";
import { DEFINITION_FILE, type Folder } from "./folder.js";

type Received = Definition["subscribers"][number]["received"][number] & {
  subscriberId: string;
  field: string;
  at: UnixMs;
};

/** Fills an embedded store with the folder's offers, codes and histories. */
export async function sampleShop(folder: Folder): Promise<OfferStore> {
  const store = memoryStore();
  const { offers: entries, subscribers } = folder.definition;
  const offers = new Map<string, { entry: OfferEntry; offer: Offer }>();
  for (const [place, entry] of entries.entries()) {
    const offer = named(`${DEFINITION_FILE}.offers[${place}]`, () => offerOf(entry));
    offers.set(entry.id, { entry, offer });
    await store.saveOffer(offer);
    for (const { file: _file, batch: id, ...days } of entry.codes) await store.addCodes(entry.id, { id, ...days }, []);
  }
  for (const [place, { id, signedUpWith }] of subscribers.entries()) {
    if (signedUpWith === undefined) continue;
    if (!offers.has(signedUpWith)) throw unknownOffer(`subscribers[${place}].signedUpWith`, signedUpWith);
    await store.recordSignUp(id, signedUpWith);
  }
  for (const received of inOrder(folder, offers)) await giveCode(store, folder, offers, received);
  for (const entry of entries) {
    for (const { file, ...batch } of entry.codes)
      await importCodes(store, entry.id, folder.codes.get(file) ?? [], batch);
  }
  return store;
}

/** The instant that a day or an instant of `preview.json` means: a day begins at midnight in the offer's zone. */
export function instantOf(text: string, timeZone: string): UnixMs {
  if (text.includes("T")) return Date.parse(text);
  return startOfDay(text, timeZone);
}

function inOrder(folder: Folder, offers: Map<string, { offer: Offer }>): Received[] {
  const all = folder.definition.subscribers.flatMap(({ id: subscriberId, received }, subscriber) =>
    received.map((each, place) => {
      const field = `subscribers[${subscriber}].received[${place}]`;
      const offer = offers.get(each.offer)?.offer;
      if (offer === undefined) throw unknownOffer(`${field}.offer`, each.offer);
      return { ...each, subscriberId, field, at: instantOf(each.on, offer.timeZone) };
    }),
  );
  return all.sort((one, other) => one.at - other.at);
}

/** Puts the code in an otherwise empty pool and claims it, so that the subscriber holds this code and no other. */
async function giveCode(
  store: OfferStore,
  folder: Folder,
  offers: Map<string, { entry: OfferEntry; offer: Offer }>,
  { offer: offerId, code, at, batch, message, redeemed, subscriberId, field }: Received,
): Promise<void> {
  const { entry, offer } = offers.get(offerId) as { entry: OfferEntry; offer: Offer };
  const inFile = entry.codes.find(({ file }) => folder.codes.get(file)?.includes(code));
  const from = entry.codes.find((each) => each.batch === batch) ?? inFile ?? entry.codes[0];
  if (batch !== undefined && from?.batch !== batch) throw wrong(`${field}.batch`, "a batch of this offer", batch);
  const { file: _file, batch: id = "received", ...days } = from ?? { file: "" };
  const { outcomes } = await store.addCodes(offerId, { id, ...days }, [code]);
  if (outcomes[0] !== "added") throw wrong(`${field}.code`, "a code that no other subscriber received", code);
  const state = await store.loadOffer(offerId);
  const [holding = null] = (await store.holdings(offerId, [subscriberId])) as (Holding | null)[];
  await store.claim({
    offerId,
    revision: state?.revision ?? 0,
    from: [state?.batches.findIndex((each) => each.id === id) ?? 0],
    now: at,
    items: [{ subscriberId, messageId: message ?? `received ${code}`, holding, reusable: null }],
  });
  if (redeemed !== undefined) await store.redeem(code, instantOf(redeemed, offer.timeZone));
}

function unknownOffer(field: string, got: string): InvalidInputError {
  return wrong(field, "the id of an offer in this file", got);
}

function wrong(field: string, expected: string, got: unknown): InvalidInputError {
  return invalidInput(`${DEFINITION_FILE}.${field}`, expected, got);
}

/** Says which entry of the file a complaint about an offer means. */
function named<Result>(field: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(error.message.replaceAll(/\boffer\./g, `${field}.`), { cause: error });
  }
}
