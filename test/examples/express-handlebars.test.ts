import { openMail } from "../../examples/express-handlebars/mail.js";
import { describeStack } from "./stack.js";

describeStack("Express with express-handlebars", (resolver) => {
  const { app, ...mail } = openMail(resolver);
  const renderCached: typeof mail.renderFor = (message, data) => {
    app.enable("view cache");
    return mail.renderFor(message, data).finally(() => app.disable("view cache"));
  };
  return { ...mail, others: { "view cache": renderCached } };
});
