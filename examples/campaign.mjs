// What the example of each stack begins with: an offer with two codes, a resolver, and a campaign to three subscribers.
import { createResolver, importCodes, memoryStore } from "offer-code";

// In production: redisStore(new Redis(url)) of "offer-code/redis".
const store = memoryStore();
await store.saveOffer({ id: "welcome10", name: "10% off your first order" });
await importCodes(store, "welcome10", ["A7K2-FALL", "B9Q4-FALL"]);

export const resolver = createResolver({ store });

/**
 * All parts of a mail, and every retry, carry the same id.
 *
 * @param {string} subscriberId
 * @returns {import("offer-code").Message}
 */
export function messageTo(subscriberId) {
  return { id: `autumn-${subscriberId}`, type: "campaign", channel: "email", subscriberId, offerId: "welcome10" };
}

/**
 * Renders the campaign's three mails. The third subscriber gets none: the pool is empty by then, and the offer says that a message
 * without a code must not leave.
 *
 * @param {(message: import("offer-code").Message, data: { name: string }) => Promise<string>} renderFor
 */
export async function showCampaign(renderFor) {
  for (const name of ["Ann", "Ben", "Cy"]) {
    try {
      console.log(await renderFor(messageTo(name.toLowerCase()), { name }));
    } catch (error) {
      console.log(`Not sent: ${error.message}`);
    }
  }
}
