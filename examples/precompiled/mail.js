// Precompiled templates with Handlebars' runtime only: no parser and no compiler where the mails are rendered.
import Handlebars from "handlebars/runtime.js";
import { registerOfferHelpers } from "offer-code/handlebars";

export function openMail(resolver, templates) {
  const email = registerOfferHelpers(Handlebars, resolver);
  const mail = Handlebars.template(templates.mail);
  Handlebars.registerPartial("terms", Handlebars.template(templates.terms));

  return {
    render: async (data) => mail(data),
    renderFor: (message, data) => email.run(message, () => mail(data)),
  };
}
