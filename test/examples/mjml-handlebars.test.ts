import { openMail } from "../../examples/mjml-handlebars/mail.js";
import { describeStack } from "./stack.js";

describeStack("MJML with Handlebars", async (resolver) => {
  const { renderInScope, ...mail } = await openMail(resolver);
  return { ...mail, others: { run: renderInScope } };
});
