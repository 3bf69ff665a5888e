// EJS, or any other engine that takes an object: the offer is an object whose fields are read while the template is rendered.
import { fileURLToPath } from "node:url";
import ejs from "ejs";
import { renderWithOffer } from "offer-code";

const MAIL = fileURLToPath(new URL("mail.ejs", import.meta.url));

export function openMail(resolver) {
  return {
    renderFor: (message, data) =>
      renderWithOffer(resolver, message, (offer) => ejs.renderFile(MAIL, { ...data, offer }, { cache: true })),
  };
}
