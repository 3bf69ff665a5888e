import { openMail } from "../../examples/nodemailer-handlebars/mail.js";
import { describeStack } from "./stack.js";
import { countingTransport } from "./transport.js";

describeStack("nodemailer with nodemailer-express-handlebars", (resolver) => {
  const { transport, sent } = countingTransport();
  return { ...openMail(resolver, transport), sent };
});
