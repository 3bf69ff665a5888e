// MJML with Handlebars: MJML makes HTML of the design once, and that HTML is the template of every message.
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import mjml2html from "mjml";
import { registerOfferHelpers } from "offer-code/handlebars";

const DESIGN = readFileSync(new URL("mail.mjml", import.meta.url), "utf8");

export async function openMail(resolver) {
  const email = registerOfferHelpers(Handlebars, resolver);
  const { html } = await mjml2html(DESIGN);
  const render = email.compile(html);
  const alone = Handlebars.compile(html);

  return {
    render: async (data) => alone(data),
    renderFor: (message, data) => render(data, message),
    renderInScope: (message, data) => email.run(message, () => alone(data)),
  };
}
