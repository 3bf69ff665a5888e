import Email from "email-templates";
import Handlebars from "handlebars";
import { createResolver, memoryStore, OfferUnavailableError } from "offer-code";
import { registerOfferHelpers } from "offer-code/handlebars";
import { expect, test } from "vitest";
import { openMail } from "../../examples/email-templates/mail.js";
import { message, stock } from "../fixtures.js";
import { describeStack } from "./stack.js";
import { countingTransport } from "./transport.js";

describeStack("email-templates", (resolver) => {
  const { transport, sent } = countingTransport();
  return { ...openMail(resolver, transport), sent };
});

test("email-templates with its own engines renders in `run`, though it calls them twice", async () => {
  const store = memoryStore();
  await stock(store);
  const resolver = createResolver({ store });
  const email = registerOfferHelpers(Handlebars, resolver);
  const mails = new Email({ views: { root: "examples/email-templates/emails", options: { extension: "hbs" } } });
  const render = () => mails.renderAll("welcome", { name: "Ann" });
  const unhandled: unknown[] = [];
  process.on("unhandledRejection", (reason) => unhandled.push(reason));
  expect((await email.run(message(), render)).subject).toBe("Ann, your code A1");
  await expect(email.run(message({ subscriberId: "ben", offerId: "gone" }), render)).rejects.toThrow(
    OfferUnavailableError,
  );
  await new Promise(setImmediate);
  expect(unhandled).toEqual([]);
});
