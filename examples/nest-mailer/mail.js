// Nest's mailer. Its adapter renders each mail for the message that the mail carries, and Nest then sends it.
import "reflect-metadata";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { MailerModule, MailerService } from "@nestjs-modules/mailer";
import { HandlebarsAdapter } from "@nestjs-modules/mailer/adapters/handlebars.adapter";
import Handlebars from "handlebars";
import { registerOfferHelpers } from "offer-code/handlebars";

const TEMPLATES = fileURLToPath(new URL("templates", import.meta.url));

export async function openMail(resolver, options) {
  const email = registerOfferHelpers(Handlebars, resolver);
  const views = new HandlebarsAdapter();
  const render = promisify((mail, options, done) => views.compile(mail, done, options));
  const renderFor = (message, ...mail) => (message ? email.run(message, () => render(...mail)) : render(...mail));
  const adapter = {
    compile: (mail, done, options) => renderFor(mail.data.offerMessage, mail, options).then(() => done(), done),
  };

  class AppModule {}
  Module({ imports: [MailerModule.forRoot({ ...options, template: { dir: TEMPLATES, adapter } })] })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const mailer = app.get(MailerService);

  async function send(data, offerMessage) {
    const mail = { to: "ann@example.com", subject: "Your code", template: "mail", context: data, offerMessage };
    return JSON.parse((await mailer.sendMail(mail)).message).html;
  }

  return { app, render: (data) => send(data, undefined), renderFor: (message, data) => send(data, message) };
}
