import { InvalidInputError } from "../../domain/errors.js";
import { type Offer, type OfferInput, parseOffer } from "../../domain/offer.js";
import { sameOffer } from "../checks.js";
import type { SavedOffer, StoreChange } from "../store.js";
import { changeText } from "./changes.js";
import { deleteOffer } from "./deleting.js";
import type { Importing } from "./importing.js";
import { offerKey } from "./keys.js";
import { confirmed, numberOffer } from "./scripts/offer-numbers.js";
import * as scripts from "./scripts/offers.js";

const MOST_SAVES = 10;

/** Creates or changes an offer, trying again when somebody else changes it meanwhile. */
export async function saveOffer(parts: Importing, input: OfferInput): Promise<SavedOffer> {
  const offer = parseOffer(input);
  for (let attempt = 0; attempt < MOST_SAVES; attempt++) {
    const saved = await trySave(parts, offer);
    if (saved !== "changed-meanwhile") return saved;
  }
  throw new InvalidInputError(`offer "${offer.id}" was changed by others at every try to save it`);
}

/** The offer is on the list, with its number, before it is there itself: whoever finds it by the index finds its name as well. */
async function trySave(parts: Importing, offer: Offer): Promise<SavedOffer | "changed-meanwhile"> {
  const { connection, keys, offers, notify } = parts;
  const base = offerKey(keys.prefix, offer.id);
  const loaded = await offers.load(offer.id);
  const number = await numberOffer(connection, keys.offers, offer.id, loaded?.number ?? null);
  if (loaded !== null && sameOffer(loaded.state.offer, offer) && loaded.number === number) {
    await confirmed(connection, base);
    return { status: "unchanged", offer };
  }
  const change: StoreChange = { type: "offer", offerId: offer.id };
  const revision = loaded?.state.revision ?? null;
  const written = { offer, number, revision, channel: keys.changes, change: changeText(change) };
  const saved = await scripts.saveOffer(connection, base, written);
  if (saved === "changed-meanwhile") return saved;
  if (saved === "half-deleted") {
    await deleteOffer(parts, offer.id, true);
    return "changed-meanwhile";
  }
  notify(change);
  return { status: loaded === null ? "created" : "changed", offer };
}
