import { InvalidInputError } from "../../domain/errors.js";
import { type BatchInput, parseBatch } from "../../domain/offer.js";
import { unknownBatch, unknownOffer } from "../checks.js";
import type { StoreChange } from "../store.js";
import { changeText } from "./changes.js";
import type { Importing } from "./importing.js";
import { offerKey } from "./keys.js";
import * as scripts from "./scripts/change-days.js";
import { confirmed } from "./scripts/offer-numbers.js";

const MOST_TRIES = 10;

/** Gives a batch other days, trying again when somebody else changes the offer meanwhile: see `OfferStore.changeDays`. */
export async function changeDays(parts: Importing, offerId: string, batchInput: BatchInput): Promise<void> {
  const batch = parseBatch(batchInput);
  const { connection, keys, offers, notify } = parts;
  const base = offerKey(keys.prefix, offerId);
  const change: StoreChange = { type: "offer", offerId };
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const loaded = await offers.load(offerId);
    if (loaded === null) throw unknownOffer(offerId);
    const { revision, batches } = loaded.state;
    const number = batches.findIndex(({ id }) => id === batch.id);
    const known = batches[number];
    if (known === undefined) throw unknownBatch(batch.id);
    if (known.startsOn === batch.startsOn && known.endsOn === batch.endsOn) return confirmed(connection, base);
    const days = { revision, number, batch, channel: keys.changes, change: changeText(change) };
    if ((await scripts.changeDays(connection, base, days)) === "changed") return notify(change);
  }
  throw new InvalidInputError(`offer "${offerId}" was changed by others at every try to change days of it`);
}
