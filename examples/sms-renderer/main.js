// An SMS renderer: a journey of two messages, in which a subscriber keeps a code until it is redeemed.
import { Liquid } from "liquidjs";
import { createResolver, explain, importCodes, memoryStore } from "offer-code";
import { registerOfferFilters } from "offer-code/liquid";

const now = Date.parse("2026-11-03T09:00:00Z");

// What a back office sets up once. In production: redisStore(new Redis(url)) of "offer-code/redis".
const store = memoryStore();
await store.saveOffer({ id: "cart10", name: "10% off your cart" });
await store.saveOffer({ id: "vip20", name: "VIP 20%" });
await importCodes(store, "cart10", ["CART-1K7", "CART-2M9"], { batch: "2026-11" });
await importCodes(store, "vip20", ["VIP-77Q"], { batch: "2026-11" });

// What the renderer sets up at its start.
const resolver = createResolver({ store, now: () => now });
const sms = registerOfferFilters(new Liquid(), resolver);
const reminder = sms.compile(
  "Hi {{ name }}, your cart misses you: <<offer.code>>" +
    "{% if vip %}{% offer 'vip20' %}, or as a VIP {{ offer.code }}{% else %} (VIP codes are gone){% endoffer %}{% endif %}",
);

async function send(messageId, subscriber) {
  const message = { id: messageId, type: "journey", channel: "sms", subscriberId: subscriber.id, offerId: "cart10" };
  console.log(await reminder(subscriber, message));
  const resolution = await resolver.resolve(message);
  console.log(`  ${explain(resolution)}`);
  return resolution;
}

const ann = { id: "sub_1", name: "Ann", vip: true };
const { code } = await send("journey-day-1", ann);
await send("journey-day-3", ann);
await resolver.redeem(code);
await send("journey-day-9", ann);

// The pool is empty now. The offer says what happens without a code, and its default is to stop the message.
await send("journey-day-1-bo", { id: "sub_2", name: "Bo" }).catch((error) => console.log(`Not sent: ${error.message}`));

await resolver.close();
