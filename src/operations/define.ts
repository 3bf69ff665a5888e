import { z } from "zod";
import { checked, InvalidInputError } from "../domain/errors.js";
import { type Offer, offerSchema } from "../domain/offer.js";
import { sameOffer } from "../store/checks.js";
import type { OfferStore } from "../store/store.js";

/** A field that a definition changes. `from` is `undefined` where the offer did not have it, `to` where it loses it. */
export type FieldChange = { field: string; from: unknown; to: unknown };

/** What a definition does to one offer. `changes` is empty unless the offer is changed. */
export type DefinedOffer = { status: "created" | "changed" | "unchanged"; offer: Offer; changes: FieldChange[] };

const offersSchema = z.array(offerSchema, { error: "an offer or a list of offers" });

/**
 * Creates or changes offers, one or a list. All of them are checked before the first is saved; a wrong one is refused with the path
 * of its field. `dryRun`: report what would change and save nothing. Default `false`.
 *
 * @example
 * await defineOffers(store, [{ id: "welcome10", window: { type: "time-to-live", amount: 90, unit: "day" } }]);
 */
export async function defineOffers(
  store: OfferStore,
  offers: unknown,
  options: { dryRun?: boolean } = {},
): Promise<DefinedOffer[]> {
  const isOne = typeof offers === "object" && offers !== null && !Array.isArray(offers);
  const list = isOne ? [checked(offerSchema, "offer", offers)] : checked(offersSchema, "offers", offers);
  expectOnce(list);
  const defined: DefinedOffer[] = [];
  for (const offer of list) {
    const known = (await store.loadOffer(offer.id))?.offer;
    if (known !== undefined) expectWindowOfShop(known, offer);
    const changes = known === undefined ? [] : changesOf(known, offer);
    const isSame = known !== undefined && sameOffer(known, offer);
    if (!isSame && !options.dryRun) await store.saveOffer(offer);
    defined.push({ status: known === undefined ? "created" : isSame ? "unchanged" : "changed", offer, changes });
  }
  return defined;
}

function expectOnce(offers: readonly Offer[]): void {
  const ids = offers.map(({ id }) => id);
  const index = ids.findIndex((id, at) => ids.indexOf(id) !== at);
  if (index < 0) return;
  const first = ids.indexOf(ids[index] as string);
  throw new InvalidInputError(`offers[${index}].id: "${ids[index]}" is defined twice, first by offers[${first}]`);
}

/** The window of an integrated offer comes from the shop alone: see the rules. */
function expectWindowOfShop(known: Offer, offer: Offer): void {
  if (known.kind !== "integrated" || offer.kind !== "integrated" || known.window.type === offer.window.type) return;
  const text = `the window of an integrated offer comes from the shop: it stays ${known.window.type}`;
  throw new InvalidInputError(`offer "${offer.id}": ${text}`);
}

function changesOf(known: Offer, offer: Offer): FieldChange[] {
  const [before, after] = [fieldsOf(known), fieldsOf(offer)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((field) => ({ field, from: before.get(field), to: after.get(field) }))
    .filter(({ from, to }) => from !== to);
}

/** Every plain value of an offer by its path: "window.amount" -> 90. */
function fieldsOf(value: object, path = ""): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner !== "object" || inner === null) fields.set(path + name, inner);
    else for (const [field, plain] of fieldsOf(inner, `${path}${name}.`)) fields.set(field, plain);
  }
  return fields;
}
