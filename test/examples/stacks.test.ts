import { expect, test } from "vitest";
import { runExample } from "./run.js";

const STACKS = [
  "ejs",
  "email-templates",
  "express-handlebars",
  "express-liquid",
  "handlebars-layouts",
  "hbs",
  "mjml-handlebars",
  "nest-mailer",
  "nodemailer-handlebars",
  "precompiled",
  "react-email",
];

test.each(STACKS)("the example %s prints two mails with a code each, and refuses the third", async (stack) => {
  const printed = await runExample(stack);
  expect(printed).toContain("Hi Ann, your code is <b>A7K2-FALL</b>.");
  expect(printed).toContain("Hi Ben, your code is <b>B9Q4-FALL</b>.");
  expect(printed).toMatch(/^Not sent: /m);
  expect(printed).toMatch(/Offer "welcome10" has no code for subscriber "cy": its pool is empty \(pool-empty\)$/m);
  expect(printed).not.toContain("Hi Cy");
});
