import { mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Handlebars from "handlebars";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OfferTemplateError, OfferUnavailableError } from "../../src/index.js";
import { eventually } from "../setup/wait.js";
import { MESSAGE, openShop } from "./shop.js";

const require = createRequire(import.meta.url);
const { create: expressHandlebars } = require("express-handlebars");
const layouts = require("handlebars-layouts");
const repeat = require("handlebars-helper-repeat");
const { default: mailerPlugin } = require("nodemailer-express-handlebars");
const nodemailer = require("nodemailer");
const EmailTemplates = require("email-templates");
const plainHandlebars: typeof Handlebars = Handlebars.create();

type Shop = Awaited<ReturnType<typeof openShop>>;

/** A way to render a template that says `name` and `offer.code`, by a stack that compiles and renders by itself. */
type Stack = {
  files?: Record<string, string>;
  dropsPromise?: true;
  render(shop: Shop, folder: string): string | Promise<string>;
};

const DATA = { name: "Ann", items: [1] };

const STACKS: Record<string, Stack> = {
  "Handlebars itself": {
    render: ({ handlebars }) => handlebars.compile("{{name}} {{#each items}}{{offer.code}}{{/each}}")(DATA),
  },
  "a template precompiled by the instance": {
    render: ({ handlebars }) => instantiate(handlebars, handlebars.precompile("{{name}} {{offer.code}}"))(DATA),
  },
  "a template precompiled elsewhere": {
    render: ({ handlebars }) =>
      instantiate(handlebars, plainHandlebars.precompile("{{name}} {{#each items}}{{../offer.code}}{{/each}}"))(DATA),
  },
  "a template precompiled elsewhere, with compat": {
    render: ({ handlebars }) => {
      const spec = plainHandlebars.precompile("{{name}} {{#each items}}{{offer.code}}{{/each}}", { compat: true });
      return instantiate(handlebars, spec)(DATA);
    },
  },
  "a template precompiled elsewhere, strictly": {
    render: ({ handlebars }) =>
      instantiate(handlebars, plainHandlebars.precompile("{{name}} {{offer.code}}", { strict: true }))(DATA),
  },
  "a partial of text": {
    render: ({ handlebars }) => {
      handlebars.registerPartial("code", "{{offer.code}}");
      return handlebars.compile("{{name}} {{> code}}")(DATA);
    },
  },
  "a precompiled partial": {
    render: ({ handlebars }) => {
      handlebars.registerPartial("code", instantiate(handlebars, plainHandlebars.precompile("{{offer.code}}")));
      return handlebars.compile("{{name}} {{> code}}")(DATA);
    },
  },
  "a partial that email.compile has compiled": {
    render: ({ handlebars, email }) => {
      handlebars.registerPartial("code", email.compile("{{offer.code}}") as never);
      return handlebars.compile("{{name}} {{> code}}")(DATA);
    },
  },
  "a helper that compiles a partial itself": {
    render: ({ handlebars }) => {
      handlebars.registerPartial("code", "{{offer.code}}");
      handlebars.registerHelper("include", function (this: unknown, name: string) {
        return handlebars.compile(handlebars.partials[name])(this);
      });
      return handlebars.compile("{{name}} {{include 'code'}}")(DATA);
    },
  },
  "handlebars-layouts": {
    render: ({ handlebars }) => {
      handlebars.registerHelper(layouts(handlebars));
      handlebars.registerPartial("base", "{{name}} {{#block 'body'}}{{/block}}");
      return handlebars.compile("{{#extend 'base'}}{{#content 'body'}}{{offer.code}}{{/content}}{{/extend}}")(DATA);
    },
  },
  "handlebars-helper-repeat, which hands on bare data": {
    render: ({ handlebars }) => {
      handlebars.registerHelper("repeat", repeat);
      return handlebars.compile("{{name}} {{#repeat 1}}{{offer.code}}{{/repeat}}")(DATA);
    },
  },
  "express-handlebars with a layout and a partial": {
    files: { "mail.hbs": "{{> code}}", "main.hbs": "{{name}} {{{body}}}", "code.hbs": "{{offer.code}}" },
    render: ({ handlebars }, folder) => {
      const options = { handlebars, extname: ".hbs", layoutsDir: folder, partialsDir: folder };
      return expressHandlebars(options).renderView(join(folder, "mail.hbs"), { ...DATA, cache: true });
    },
  },
  "nodemailer with express-handlebars": {
    files: { "mail.hbs": "{{name}} {{offer.code}}" },
    async render({ handlebars }, folder) {
      const transport = nodemailer.createTransport({ jsonTransport: true });
      const viewEngine = expressHandlebars({ handlebars, extname: ".hbs", defaultLayout: false, partialsDir: folder });
      transport.use("compile", mailerPlugin({ viewEngine, viewPath: folder, extName: ".hbs" }));
      const sent = await transport.sendMail({
        from: "a@b.c",
        to: "d@e.f",
        subject: "x",
        template: "mail",
        context: DATA,
      });
      return JSON.parse(sent.message).html;
    },
  },
  "email-templates, which calls the engine twice": {
    files: { "html.hbs": "{{name}} {{offer.code}}" },
    dropsPromise: true,
    render: (shop, folder) =>
      consolidated(shop, () => {
        const views = {
          root: folder,
          options: { extension: "hbs", map: { hbs: "handlebars" }, engineSource: CONSOLIDATE },
        };
        return new EmailTemplates({ views, juice: false }).render(join(folder, "html"), DATA);
      }),
  },
};

const CONSOLIDATE = require("@ladjs/consolidate");

let rejections: unknown[] = [];
const remember = (reason: unknown) => rejections.push(reason);
beforeEach(() => {
  rejections = [];
  process.on("unhandledRejection", remember);
});
afterEach(async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", remember);
  expect(rejections).toEqual([]);
});

describe.each(Object.entries(STACKS))("%s", (_, stack) => {
  const folder = folderOf(stack.files ?? {});

  test("shows the message's code within run, cold and warm, and takes one", async () => {
    const shop = await openShop();
    expect(await shop.email.run(MESSAGE, () => stack.render(shop, folder))).toBe("Ann A7K2");
    expect(await shop.email.run(MESSAGE, () => stack.render(shop, folder))).toBe("Ann A7K2");
    expect(await shop.codesLeft("welcome10")).toBe(2);
  });

  test("rejects within run where there is no code", async () => {
    const shop = await openShop();
    const rendered = shop.email.run({ ...MESSAGE, offerId: "gone" }, () => stack.render(shop, folder));
    await expect(rendered).rejects.toThrow(OfferUnavailableError);
  });

  test("is refused without a message", async () => {
    const shop = await openShop();
    const rendered = (async () => stack.render(shop, folder))();
    await expect(rendered).rejects.toThrow(OfferTemplateError);
    // Outside of run the promise that email-templates drops is its own affair, as with any other error of a template.
    if (stack.dropsPromise) {
      await eventually(() => rejections.length > 0, "the rejection of the dropped promise");
      expect(rejections.splice(0)).toEqual([expect.any(OfferTemplateError)]);
    }
  });

  test("keeps 20 messages apart that are rendered at once", async () => {
    const shop = await openShop();
    await shop.store.saveOffer({ id: "big" });
    await shop.store.addCodes(
      "big",
      { id: "first" },
      Array.from({ length: 20 }, (_, n) => `BIG${n}`),
    );
    const texts = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const message = { ...MESSAGE, offerId: "big", id: `m${n}`, subscriberId: `s${n}` };
        const text = await shop.email.run(message, () => stack.render(shop, folder));
        expect(text).toBe(`Ann ${(await shop.resolver.resolve(message)).code}`);
        return text;
      }),
    );
    expect(new Set(texts).size).toBe(20);
  });
});

test("a mail whose template is rendered by nodemailer's plugin is sent once, and not at all where there is no code", async () => {
  const { handlebars, email } = await openShop();
  const folder = folderOf({ "mail.hbs": "{{offer.code}}" });
  const sent: string[] = [];
  const transport = nodemailer.createTransport({
    name: "counting",
    version: "1",
    send(mail: { data: { html: string } }, done: (error: null, info: object) => void) {
      sent.push(mail.data.html);
      done(null, {});
    },
  });
  const viewEngine = expressHandlebars({ handlebars, extname: ".hbs", defaultLayout: false, partialsDir: folder });
  transport.use("compile", mailerPlugin({ viewEngine, viewPath: folder, extName: ".hbs" }));
  const send = () => transport.sendMail({ from: "a@b.c", to: "d@e.f", subject: "x", template: "mail", context: {} });
  await email.run(MESSAGE, send);
  expect(sent).toEqual(["A7K2"]);
  await expect(email.run({ ...MESSAGE, offerId: "gone" }, send)).rejects.toThrow(OfferUnavailableError);
  await expect(send()).rejects.toThrow(OfferTemplateError);
  expect(sent).toEqual(["A7K2"]);
});

function instantiate(engine: typeof Handlebars, spec: unknown): Handlebars.TemplateDelegate {
  return engine.template(new Function(`return ${spec}`)());
}

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "offer-code-stacks-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

async function consolidated<T>({ handlebars }: Shop, render: () => Promise<T>): Promise<T> {
  CONSOLIDATE.requires.handlebars = handlebars;
  return render();
}
