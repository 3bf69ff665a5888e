import Handlebars from "handlebars";
import { Liquid, type LiquidOptions } from "liquidjs";
import { registerOfferHelpers } from "../../helpers/handlebars.js";
import { registerOfferFilters } from "../../helpers/liquid.js";
import { createResolver, importCodes, type Message, memoryStore, type OfferInput } from "../../src/index.js";

/** Noon of 1 November 2026. */
export const NOW = Date.UTC(2026, 10, 1, 12);

const OFFERS: { offer: OfferInput; codes: string[] }[] = [
  {
    offer: { id: "welcome10", name: "10% off", window: { type: "time-to-live", amount: 90, unit: "day" } },
    codes: ["A7K2", "B9Q4", "C3M8"],
  },
  { offer: { id: "vip20", name: "VIP" }, codes: ["V111", "V222"] },
  { offer: { id: "odd", name: "Odd & <bold>" }, codes: ["A&B<C"] },
  { offer: { id: "gone" }, codes: [] },
  { offer: { id: "quiet", name: "Quiet", whenUnavailable: { action: "omit" } }, codes: [] },
  { offer: { id: "spare", whenUnavailable: { action: "fallback", code: "SPARE5" } }, codes: [] },
];

export const MESSAGE: Message = {
  id: "msg_1",
  type: "campaign",
  channel: "email",
  subscriberId: "sub_1",
  offerId: "welcome10",
};

/** A small shop on the embedded store, with both engines. */
export async function openShop(liquidOptions: LiquidOptions = {}) {
  const store = memoryStore();
  for (const { offer, codes } of OFFERS) {
    await store.saveOffer(offer);
    if (codes.length > 0) await importCodes(store, offer.id, codes, { batch: "first" });
  }
  const resolver = createResolver({ store, now: () => NOW });
  const handlebars = Handlebars.create();
  const liquid = new Liquid(liquidOptions);
  const email = registerOfferHelpers(handlebars, resolver);
  const sms = registerOfferFilters(liquid, resolver);

  async function codesLeft(offerId: string): Promise<number> {
    return ((await store.counts(offerId)) ?? []).reduce((sum, batch) => sum + batch.inPool, 0);
  }
  return { store, resolver, handlebars, email, liquid, sms, codesLeft };
}
