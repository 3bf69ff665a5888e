// handlebars-layouts: its helpers compile the layout by themselves, and fill the blocks of it.
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";
import layouts from "handlebars-layouts";
import { registerOfferHelpers } from "offer-code/handlebars";

const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");

export function openMail(resolver) {
  const email = registerOfferHelpers(Handlebars, resolver);
  Handlebars.registerHelper(layouts(Handlebars));
  Handlebars.registerPartial("layout", read("layout.hbs"));
  const mail = Handlebars.compile(read("mail.hbs"));
  const compiled = email.compile(read("mail.hbs"));

  return {
    render: async (data) => mail(data),
    renderFor: (message, data) => email.run(message, () => mail(data)),
    renderCompiled: (message, data) => compiled(data, message),
  };
}
