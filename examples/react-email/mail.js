// React Email: the component is rendered with the offer as a property, and only an offer that it reads is claimed.
import { render } from "@react-email/render";
import { renderWithOffer } from "offer-code";
import { createElement as element } from "react";

function Mail({ name, quiet = false, offer }) {
  if (quiet) return element("p", null, `Hi ${name}.`);
  return element("p", null, `Hi ${name}, your code is `, element("b", null, offer.code), ".");
}

export function openMail(resolver) {
  return {
    renderFor: (message, data) =>
      renderWithOffer(resolver, message, (offer) => render(element(Mail, { ...data, offer }))),
  };
}
