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
  const [ann, ben, cy] = printed.split(/(?=Hi Ben)|(?=Not sent)/);
  expect(ann).toContain("Hi Ann, your code is <b>A7K2-FALL</b>.");
  expect(ann).not.toContain("B9Q4-FALL");
  expect(ben).toContain("Hi Ben, your code is <b>B9Q4-FALL</b>.");
  expect(cy).toMatch(/^Not sent: .*Offer "welcome10" has no code for subscriber "cy": its pool is empty/);
});
