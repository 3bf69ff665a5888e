import hbs from "hbs";
import { createResolver, memoryStore } from "offer-code";
import { registerOfferHelpers } from "offer-code/handlebars";
import { expect, test } from "vitest";
import { openMail } from "../../examples/hbs/mail.js";
import { describeStack } from "./stack.js";

describeStack("Express with pillarjs/hbs", (resolver) => openMail(resolver));

test("the Handlebars that hbs brings is refused where it is older than the package supports", () => {
  const { VERSION } = hbs.handlebars;
  expect(VERSION).toBe("4.7.9");
  const resolver = createResolver({ store: memoryStore() });
  expect(() => registerOfferHelpers(hbs.handlebars, resolver)).toThrow(/4\.7\.10.*4\.7\.9/);
});
