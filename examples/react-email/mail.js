// React Email: the component is rendered with the offer as a property, and only the fields that it reads are asked for.
import { render } from "@react-email/render";
import { renderWithOffer } from "offer-code";
import { createElement as h } from "react";

function Mail({ name, quiet = false, offer }) {
  return h(
    "html",
    null,
    h(
      "body",
      null,
      h("p", null, `Hi ${name}`, quiet ? null : [", your code is ", h("b", { key: "code" }, offer.code)], "."),
    ),
  );
}

export function openMail(resolver) {
  return {
    renderFor: (message, data) => renderWithOffer(resolver, message, (offer) => render(h(Mail, { ...data, offer }))),
  };
}
