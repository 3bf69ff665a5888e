// Express with express-handlebars: layout, partial and body are files that the view engine reads and compiles by itself.
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import express from "express";
import { engine } from "express-handlebars";
import Handlebars from "handlebars";
import { registerOfferHelpers } from "offer-code/handlebars";

export function openMail(resolver) {
  const email = registerOfferHelpers(Handlebars, resolver);
  const app = express();
  app.engine("handlebars", engine({ handlebars: Handlebars }));
  app.set("view engine", "handlebars");
  app.set("views", fileURLToPath(new URL("views", import.meta.url)));
  const render = promisify(app.render.bind(app));

  return {
    app,
    render: (data) => render("mail", data),
    renderFor: (message, data) => email.run(message, () => render("mail", data)),
  };
}
