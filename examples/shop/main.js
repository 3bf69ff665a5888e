// The messages of a small shop: who gets which code, and why. `npm start` runs it on the embedded store,
// `REDIS_URL=redis://... npm start` on that Redis, under a prefix of its own that is removed at the end.
import { explain } from "offer-code";
import { createRenderers } from "./renderers.js";
import { openShop } from "./shop.js";
import { openStore } from "./store.js";

/** What the shop sends this morning. `offerId` is what a bare `offer.code` in the template means. */
const SENDINGS = [
  { title: "Campaign by email", type: "campaign", channel: "email", template: "campaign", offerId: "welcome10" },
  { title: "Journey by SMS", type: "journey", channel: "sms", template: "journey", offerId: "members20" },
  { title: "Thank-you notes by SMS", type: "journey", channel: "sms", template: "journey", offerId: "thanks5" },
  { title: "Auto-response by SMS", type: "auto-response", channel: "sms", template: "auto-response" },
  {
    title: "Already subscribed, by email",
    type: "already-subscribed",
    channel: "email",
    template: "already-subscribed",
  },
];

const NOW = Date.parse("2026-11-23T15:00:00Z");

try {
  await sendAll(await openStore(process.env.REDIS_URL));
} catch (error) {
  console.error(`npm start: ${error.message}`);
  process.exitCode = 1;
}

async function sendAll({ store, place, close }) {
  try {
    const shop = await openShop(store, NOW);
    console.log(`Codes of ${shop.offers.length} offers in ${place}. It is ${new Date(NOW).toUTCString()}.`);
    for (const sending of SENDINGS) await send(shop, sending);
    console.log(`\nCodes left\n----------\n${await shop.codesLeft()}`);
    await shop.resolver.close();
  } finally {
    await close();
  }
}

async function send(shop, { title, template, ...fields }) {
  const render = createRenderers(shop.resolver);
  console.log(`\n${title}\n${"-".repeat(title.length)}`);
  for (const { id, name } of shop.subscribers) {
    const message = { id: `${template}-${fields.offerId ?? "sign-up"}-${id}`, subscriberId: id, ...fields };
    const why = explain(await shop.resolver.resolve(message), { timeZone: "America/New_York" });
    const text = await render(template, { name }, message).catch((error) => `NOT SENT: ${error.message}`);
    console.log(`\n${name}: ${why}\n${text.trim().replace(/^/gm, "    ")}`);
  }
}
