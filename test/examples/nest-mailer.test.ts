import { openMail } from "../../examples/nest-mailer/mail.js";
import { describeStack } from "./stack.js";
import { sentMails } from "./transport.js";

describeStack("Nest's mailer", async (resolver) => {
  const { count, sent } = sentMails();
  const plugins = [{ step: "stream", plugin: count }];
  const { app, ...mail } = await openMail(resolver, { transport: { jsonTransport: true }, plugins });
  return { ...mail, sent, close: () => app.close() };
});
