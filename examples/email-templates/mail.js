// email-templates: subject, HTML and text are files of one folder. It asks an engine that returns a promise twice and drops the first
// answer, so it is given one that calls back.
import { fileURLToPath } from "node:url";
import consolidate from "@ladjs/consolidate";
import Email from "email-templates";
import Handlebars from "handlebars";
import { registerOfferHelpers } from "offer-code/handlebars";

const VIEWS = fileURLToPath(new URL("emails", import.meta.url));

export function openMail(resolver, transport) {
  const email = registerOfferHelpers(Handlebars, resolver);
  const calledBack = (file, locals, done) => void (done && consolidate.handlebars(file, locals, done));
  const mails = new Email({
    views: { root: VIEWS, options: { extension: "hbs", map: { hbs: "calledBack" }, engineSource: { calledBack } } },
    message: { to: "ann@example.com" },
    transport,
    send: true,
    preview: false,
  });

  async function send(data) {
    const { originalMessage } = await mails.send({ template: "welcome", locals: data });
    return `${originalMessage.subject}\n${originalMessage.html}\n${originalMessage.text}`;
  }

  return { render: send, renderFor: (message, data) => email.run(message, () => send(data)) };
}
