// Express with pillarjs/hbs. It brings a Handlebars of its own, so it is given the one that knows offers. Until its partials are read it
// queues what it has to render, outside of `run`; so they are waited for.
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import express from "express";
import Handlebars from "handlebars";
import hbs from "hbs";
import { registerOfferHelpers } from "offer-code/handlebars";

const VIEWS = fileURLToPath(new URL("views", import.meta.url));

export async function openMail(resolver) {
  const email = registerOfferHelpers(Handlebars, resolver);
  const views = hbs.create(Handlebars);
  await promisify(views.registerPartials.bind(views))(`${VIEWS}/partials`);
  const app = express();
  app.engine("hbs", views.__express);
  app.set("view engine", "hbs");
  app.set("views", VIEWS);
  const render = promisify(app.render.bind(app));

  return {
    render: (data) => render("mail", data),
    renderFor: (message, data) => email.run(message, () => render("mail", data)),
  };
}
