import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import { Liquid } from "liquidjs";
import { registerOfferHelpers } from "offer-code/handlebars";
import { registerOfferFilters } from "offer-code/liquid";

const read = (name) => readFileSync(new URL(`templates/${name}`, import.meta.url), "utf8");

/** Renders a template of the shop for one message: Handlebars for email (with its subject), Liquid for SMS. */
export function createRenderers(resolver) {
  const email = registerOfferHelpers(Handlebars.create(), resolver);
  const sms = registerOfferFilters(new Liquid(), resolver);
  const plain = { noEscape: true };
  const subject = email.compile(read("campaign-subject.hbs"), plain);
  const emails = {
    campaign: email.compile(read("campaign.hbs"), plain),
    "already-subscribed": email.compile(read("already-subscribed.hbs"), plain),
  };
  const texts = {
    journey: sms.compile(read("journey.liquid")),
    "auto-response": sms.compile(read("auto-response.liquid")),
  };
  return async (template, data, message) => {
    if (template !== "campaign") return (emails[template] ?? texts[template])(data, message);
    const parts = await Promise.all([subject(data, message), emails.campaign(data, message)]);
    return `Subject: ${parts.join("\n").replace(/\n\n/g, "\n")}`;
  };
}
