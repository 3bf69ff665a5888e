// nodemailer with nodemailer-express-handlebars: the plugin renders before the transport sends, so a mail is sent once, however often
// its template is started.
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";
import compileViews from "nodemailer-express-handlebars";
import { registerOfferHelpers } from "offer-code/handlebars";

const VIEWS = fileURLToPath(new URL("views", import.meta.url));

export function openMail(resolver, transport) {
  const email = registerOfferHelpers(Handlebars, resolver);
  const subject = email.compile("{{name}}, your code{{#unless quiet}} {{offer.code}}{{/unless}}", { noEscape: true });
  transport.use("compile", compileViews({ viewEngine: { defaultLayout: false }, viewPath: VIEWS }));

  async function send(data, subject) {
    const mail = await transport.sendMail({ to: "ann@example.com", subject, template: "mail", context: data });
    return JSON.parse(mail.message).html;
  }

  return {
    render: (data) => send(data, "Your code"),
    renderFor: async (message, data) => {
      const line = await subject(data, message);
      return email.run(message, () => send(data, line));
    },
  };
}
