// An email renderer: subject, HTML and text are three templates of one message, so all three show one code.
import Handlebars from "handlebars";
import nodemailer from "nodemailer";
import { createResolver, explain, importCodes, memoryStore } from "offer-code";
import { registerOfferHelpers } from "offer-code/handlebars";

const now = Date.parse("2026-11-03T09:00:00Z");

// What a back office sets up once. In production: redisStore(new Redis(url)) of "offer-code/redis".
const store = memoryStore();
await store.saveOffer({
  id: "welcome10",
  name: "10% off your first order",
  window: { type: "time-to-live", amount: 90, unit: "day" },
  timeZone: "America/New_York",
});
await importCodes(store, "welcome10", ["A7K2-FALL", "B9Q4-FALL"], { batch: "2026-11" });

// What the renderer sets up at its start. A partial is registered as text and shows offers like any template.
const resolver = createResolver({ store, now: () => now });
const email = registerOfferHelpers(Handlebars, resolver);
Handlebars.registerHelper("day", (date) => date.toISOString().slice(0, 10));
Handlebars.registerPartial("footer", "{{#if offer.expiresAt}}Valid until {{day offer.expiresAt}}.{{/if}}");

const subject = email.compile("{{name}}, your code {{offer.code}} is inside", { noEscape: true });
const html = email.compile("<h1>{{offer.name}}</h1><p>Hi {{name}}, use <b><<offer.code>></b>.</p><p>{{> footer}}</p>");
const text = email.compile("Hi {{name}}, use {{offer.code}}. {{> footer}}", { noEscape: true });

const transport = nodemailer.createTransport({ jsonTransport: true });

async function send(subscriber, messageId) {
  const message = {
    id: messageId,
    type: "campaign",
    channel: "email",
    subscriberId: subscriber.id,
    offerId: "welcome10",
  };
  const parts = await Promise.all([subject, html, text].map((render) => render({ name: subscriber.name }, message)));
  const mail = await transport.sendMail({
    from: "shop@example.com",
    to: subscriber.email,
    subject: parts[0],
    html: parts[1],
    text: parts[2],
  });
  const sent = JSON.parse(mail.message);
  console.log(`To:      ${sent.to[0].address}\nSubject: ${sent.subject}\nHTML:    ${sent.html}\nText:    ${sent.text}`);
  console.log(`Why:     ${explain(await resolver.resolve(message))}\n`);
}

for (const subscriber of [
  { id: "sub_1", name: "Ann", email: "ann@example.com" },
  { id: "sub_2", name: "Bo & Co", email: "bo@example.com" },
  { id: "sub_3", name: "Cy", email: "cy@example.com" },
]) {
  try {
    await send(subscriber, `autumn-${subscriber.id}`);
  } catch (error) {
    // No code, no mail: the offer says what happens without one, and its default is to stop the message.
    console.log(`To:      ${subscriber.email}\nNot sent: ${error.message}\n`);
  }
}

await resolver.close();
