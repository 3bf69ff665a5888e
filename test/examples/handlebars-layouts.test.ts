import { openMail } from "../../examples/handlebars-layouts/mail.js";
import { describeStack } from "./stack.js";

describeStack("handlebars-layouts", (resolver) => {
  const { renderCompiled, ...mail } = openMail(resolver);
  return { ...mail, others: { compile: renderCompiled } };
});
