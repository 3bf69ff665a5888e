// Express with LiquidJS: the engine reads layout, partial and body by itself, and waits for a code by itself.
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import express from "express";
import { Liquid } from "liquidjs";
import { registerOfferFilters } from "offer-code/liquid";

export function openMail(resolver) {
  const liquid = new Liquid({ root: fileURLToPath(new URL("views", import.meta.url)), extname: ".liquid" });
  const sms = registerOfferFilters(liquid, resolver);
  const app = express();
  app.engine("liquid", liquid.express());
  app.set("view engine", "liquid");
  app.set("views", liquid.options.root);
  const render = promisify(app.render.bind(app));

  return {
    app,
    render: (data) => render("mail", data),
    renderFor: (message, data) => sms.run(message, () => render("mail", data)),
  };
}
