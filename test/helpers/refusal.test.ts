import { createRequire } from "node:module";
import Handlebars from "handlebars";
import { describe, expect, test } from "vitest";
import { registerOfferHelpers } from "../../helpers/handlebars.js";
import { registerOfferFilters } from "../../helpers/liquid.js";
import { InvalidInputError, OfferTemplateError } from "../../src/index.js";
import { MESSAGE, openShop } from "./shop.js";

const require = createRequire(import.meta.url);
const OWN = { offer: { code: "MINE", title: "Sale", lines: [1, 2] } };

describe("a template that Handlebars itself compiles, without a message", () => {
  test.each([
    "Hi\n{{offer.code}}",
    "Hi\n{{{offer.code}}}",
    "Hi\n<<offer.code>>",
    "Hi\n{{offer}}",
    "Hi\n{{#if offer}}{{/if}}",
    "Hi\n{{#if offer.code}}{{/if}}",
    "Hi\n{{#unless offer.code}}{{/unless}}",
    "Hi\n{{#with offer}}{{/with}}",
    "Hi\n{{#offer.code}}{{/offer.code}}",
    "Hi\n{{#offer}}{{/offer}}",
    "Hi\n{{#offer 'vip20'}}{{/offer}}",
    "Hi\n{{offerCode 'vip20'}}",
    "Hi\n{{#each items}}\n{{this.offer.code}}{{/each}}",
    "Hi\n{{#each items}}\n{{../offer.code}}{{/each}}",
    "Hi\n{{@root.offer.code}}",
    "Hi\n{{lookup offer 'code'}}",
  ])("%j is refused with its line", async (template) => {
    const { handlebars } = await openShop();
    const line = template.includes("each") ? 3 : 2;
    const refusal = expect.objectContaining({ name: "OfferTemplateError", line });
    expect(() => handlebars.compile(template)({ items: [1] })).toThrow(refusal);
    expect(() => handlebars.compile(template)({ items: [1] })).toThrow(/no message is known: render within email\.run/);
  });

  test("is refused under each option of Handlebars", async () => {
    const { handlebars } = await openShop();
    for (const option of ["strict", "assumeObjects", "compat", "knownHelpersOnly", "noEscape", "preventIndent"]) {
      expect(() => handlebars.compile("{{offer.code}}", { [option]: true })({})).toThrow("no message is known");
    }
    expect(() => handlebars.compile("{{offer.code}}", { data: false })({})).toThrow("no message is known");
    expect(() => handlebars.compile("{{offer.code}}")(undefined)).toThrow("no message is known");
  });

  test("does no harm in a branch that is not taken", async () => {
    const { handlebars } = await openShop();
    const template = handlebars.compile(
      "{{#if no}}{{offer.code}}{{offerCode 'vip20'}}{{/if}}{{!-- {{offer.code}} --}}Hi",
    );
    expect(template({})).toBe("Hi");
  });

  test.each([
    ["{{offer.title}} {{offer.code}}", "Sale MINE"],
    ["{{#if offer}}{{offer.title}}{{/if}}", "Sale"],
    ["{{#with offer}}{{title}}{{/with}}", "Sale"],
    ["{{#offer}}{{title}}{{/offer}}", "Sale"],
    ["{{#each offer.lines}}{{this}}{{@root.offer.title}}{{/each}}", "1Sale2Sale"],
    ["{{#offer.lines}}{{this}}{{/offer.lines}}", "12"],
    ["{{this.offer.title}} {{./offer.title}}", "Sale Sale"],
    ["{{#each items}}{{../offer.title}}{{/each}}", "Sale"],
    ["{{#each products}}{{offer.title}}{{/each}}", "Own"],
    ["{{lookup offer 'title'}}", "Sale"],
    ["{{> card offer=offer}} {{> card offer=other}}", "Sale Other"],
    ["{{offer.missing}}", ""],
  ])("shows the data's own offer: %s", async (template, text) => {
    const { handlebars } = await openShop();
    handlebars.registerPartial("card", "{{offer.title}}");
    const data = { ...OWN, items: [1], products: [{ offer: { title: "Own" } }], other: { title: "Other" } };
    expect(handlebars.compile(template)(data)).toBe(text);
    const plain = Handlebars.create();
    plain.registerPartial("card", "{{offer.title}}");
    expect(plain.compile(template)(data)).toBe(text);
  });

  test("shows an own offer of an outer context with compat, and one that is null as nothing", async () => {
    const { handlebars } = await openShop();
    const template = "{{#each items}}{{offer.title}}{{/each}}";
    expect(handlebars.compile(template, { compat: true })({ ...OWN, items: [{}] })).toBe("Sale");
    expect(handlebars.compile("[{{offer.title}}]{{#if offer}}{{/if}}")({ offer: null })).toBe("[]");
  });
});

describe("a template precompiled elsewhere, without a message", () => {
  const instantiate = (engine: typeof Handlebars, text: string) =>
    engine.template(new Function(`return ${Handlebars.create().precompile(text)}`)());

  test.each([
    "{{offer.code}}",
    "{{#if offer}}{{/if}}",
    "{{#each items}}{{../offer.code}}{{/each}}",
    "{{@root.offer.code}}",
  ])("%s is refused", async (text) => {
    const { handlebars } = await openShop();
    expect(() => instantiate(handlebars, text)({ items: [1] })).toThrow(OfferTemplateError);
    expect(() => instantiate(handlebars, "{{#if no}}{{offer.code}}{{/if}}Hi")({})).not.toThrow();
  });

  test("shows the data's own offer, and in a message refuses it, as it cannot tell which is meant", async () => {
    const { handlebars, email } = await openShop();
    const template = instantiate(handlebars, "{{offer.title}}");
    expect(template(OWN)).toBe("Sale");
    await expect(email.run(MESSAGE, () => template(OWN))).rejects.toThrow(/^data.offer/);
  });

  test("shows an omitted offer as absent, and refuses a field that no offer has", async () => {
    const { handlebars, email } = await openShop();
    const quiet = { ...MESSAGE, offerId: "quiet" };
    const text = "{{#if offer}}Use{{else}}Sorry, {{offer.name}}{{/if}}";
    expect(await email.run(quiet, () => instantiate(handlebars, text)({}))).toBe("Sorry, Quiet");
    const wrong = email.run(MESSAGE, () => instantiate(handlebars, "{{offer.cdoe}}")({}));
    await expect(wrong).rejects.toThrow('an offer has no field "cdoe"');
  });

  test("shows the message's offer without data, and the offer of a block", async () => {
    const { handlebars, email } = await openShop();
    expect(await email.run(MESSAGE, () => instantiate(handlebars, "[{{offer.code}}{{this}}]")(null))).toBe("[A7K2]");
    const block = "{{#offer 'vip20'}}{{offer.code}}{{/offer}} {{offerCode 'odd'}} {{offer.code}}";
    expect(await email.run(MESSAGE, () => instantiate(handlebars, block)({}))).toBe("V111 A&amp;B&lt;C A7K2");
  });
});

describe("within email.run", () => {
  test("data with an offer of its own is refused when the template reads offer, also where the error is swallowed", async () => {
    const { handlebars, email } = await openShop();
    const template = handlebars.compile("{{#if yes}}{{offer.code}}{{/if}}");
    const swallow = () => {
      try {
        return template({ ...OWN, yes: true });
      } catch {
        return "fine";
      }
    };
    await expect(email.run(MESSAGE, () => template({ ...OWN, yes: true }))).rejects.toThrow(
      /^data.offer: expected no such/,
    );
    await expect(email.run(MESSAGE, swallow)).rejects.toThrow(InvalidInputError);
    expect(await email.run(MESSAGE, () => template(OWN))).toBe("");
  });

  test.each([
    [
      "{{#offer 'vip20'}}{{offer.code}} {{@root.offer.code}}{{/offer}} {{offerCode 'vip20'}} {{offer.code}}",
      "V111 A7K2 V111 A7K2",
    ],
    ["{{#each products}}{{offer.code}} {{this.offer.title}}{{/each}}", "A7K2 Own"],
    ["{{#offer 'vip20'}}{{#bare}}{{offer.code}}{{/bare}}{{/offer}} {{#bare}}{{offer.code}}{{/bare}}", "V111 A7K2"],
    ["{{#if offer}}{{offer.name}}{{/if}}", "10% off"],
    ["{{#offer.code}}{{this}}{{/offer.code}}", "A7K2"],
    ["<<offer.code>>", "A7K2"],
  ])("offers mean what they mean in email.compile: %s", async (template, text) => {
    const { handlebars, email } = await openShop();
    handlebars.registerHelper("bare", function (this: unknown, options: Handlebars.HelperOptions) {
      return options.fn(this, { data: { index: 0 } });
    });
    const data = { products: [{ offer: { title: "Own" } }] };
    expect(await email.run(MESSAGE, () => handlebars.compile(template)(data))).toBe(text);
    expect(await email.compile(template)(data, MESSAGE)).toBe(text);
  });

  test("an offer of a partial's parameter is refused, and so is a field that no offer has", async () => {
    const { handlebars, email } = await openShop();
    handlebars.registerPartial("card", "{{offer.code}}");
    const render = (template: string) => email.run(MESSAGE, () => handlebars.compile(template)({ other: 1 }));
    await expect(render("Hi\n{{> card offer=other}}")).rejects.toThrow(/cannot be named offer.*\(line 2, column 10\)/);
    await expect(render("Hi\n {{offer.cdoe}}")).rejects.toThrow(/no field "cdoe".*\(line 2, column 2\)/);
    await expect(render("{{this.offer}}")).rejects.toThrow("offer alone shows nothing");
    await expect(render("{{offer}}")).rejects.toThrow("offer is a block");
    expect(await render("{{> card offer=offer}}")).toBe("A7K2");
  });

  test("an error that the function swallows rejects all the same, and an offer it swallowed is waited for", async () => {
    const { handlebars, email } = await openShop();
    const template = handlebars.compile("{{offer.code}}");
    const swallow = () => {
      try {
        return template({});
      } catch {
        return "swallowed";
      }
    };
    expect(await email.run(MESSAGE, swallow)).toBe("A7K2");
    await expect(email.run({ ...MESSAGE, offerId: "gone" }, swallow)).rejects.toThrow("its pool is empty");
  });

  test("what the function throws is thrown, what it returns is returned, and templates without offers run once", async () => {
    const { handlebars, email, codesLeft } = await openShop();
    let runs = 0;
    handlebars.registerHelper("count", () => `${++runs}`);
    expect(await email.run(MESSAGE, async () => [handlebars.compile("{{count}}")({})])).toEqual(["1"]);
    await expect(
      email.run(MESSAGE, () => {
        throw new TypeError("broken");
      }),
    ).rejects.toThrow(TypeError);
    expect(await codesLeft("welcome10")).toBe(3);
  });

  test("a run inside a run, and a compiled template inside a run, show their own message", async () => {
    const { handlebars, email } = await openShop();
    const template = handlebars.compile("{{offer.code}}");
    const vip = { ...MESSAGE, offerId: "vip20" };
    const both = email.run(MESSAGE, async () => {
      const inner = await email.run(vip, () => template({}));
      const compiled = await email.compile("{{offer.code}}{{inner}}")({ inner }, vip);
      return `${template({})} ${inner} ${compiled}`;
    });
    expect(await both).toBe("A7K2 V111 V111V111");
  });

  test("a render that goes on after the run has ended is refused, or shows what is known by then", async () => {
    const { handlebars, email } = await openShop();
    let late: (() => string) | undefined;
    const { AsyncResource } = require("node:async_hooks");
    await email.run(MESSAGE, () => {
      late = AsyncResource.bind((text: string) => handlebars.compile(text)({})) as unknown as () => string;
      return handlebars.compile("{{offer.code}}")({});
    });
    const render = late as unknown as (text: string) => string;
    expect(render("{{offer.code}}")).toBe("A7K2");
    expect(() => render("{{offerCode 'vip20'}}")).toThrow("an offer is read after its message was rendered");
  });
});

describe("a compiled offer template in the place of the engine's own", () => {
  test("works as a partial, of a text, of a compiled template and of itself", async () => {
    const { handlebars, email } = await openShop();
    handlebars.registerPartial("code", email.compile("[{{#if yes}}{{offer.code}}{{/if}}]") as never);
    handlebars.registerPartial("outer", email.compile("{{> code}}") as never);
    const data = { yes: true };
    expect(await email.compile("{{> outer}}")(data, MESSAGE)).toBe("[A7K2]");
    expect(await email.run(MESSAGE, () => handlebars.compile("{{> outer}}")(data))).toBe("[A7K2]");
    expect(() => handlebars.compile("{{> outer}}")(data)).toThrow(OfferTemplateError);
    expect(handlebars.compile("{{> outer}}")({})).toBe("[]");
  });

  test("works as Handlebars.compile, and does not call itself", async () => {
    const { handlebars, email, resolver } = await openShop();
    handlebars.compile = email.compile as never;
    handlebars.registerPartial("code", "{{offer.code}}");
    const again = registerOfferHelpers(handlebars, resolver);
    expect(await again.compile("{{> code}}")({}, MESSAGE)).toBe("A7K2");
    const template = handlebars.compile("{{> code}}") as unknown as ReturnType<typeof email.compile>;
    expect(await template({}, MESSAGE)).toBe("A7K2");
  });

  test("with a helper that compiles inside, and with handlebars-layouts, shows the message's offer", async () => {
    const { handlebars, email } = await openShop();
    handlebars.registerHelper("include", function (this: unknown, name: string) {
      return handlebars.compile(handlebars.partials[name])(this);
    });
    handlebars.registerPartial("code", "{{offer.code}}");
    expect(await email.compile("{{include 'code'}}")({}, MESSAGE)).toBe("A7K2");
    handlebars.registerHelper(require("handlebars-layouts")(handlebars));
    handlebars.registerPartial("base", "base={{#block 'body'}}{{/block}} {{offer.code}}");
    const template = "{{#extend 'base'}}{{#content 'body'}}{{offer.code}}{{/content}}{{/extend}}";
    expect(await email.compile(template)({}, MESSAGE)).toBe("base=A7K2 A7K2");
  });

  test("with a precompiled partial shows the message's offer", async () => {
    const { handlebars, email } = await openShop();
    const spec = new Function(`return ${Handlebars.create().precompile("[{{offer.code}}]")}`)();
    handlebars.registerPartial("code", handlebars.template(spec));
    expect(await email.compile("{{> code}}{{#offer 'vip20'}}{{> code}}{{/offer}}")({}, MESSAGE)).toBe("[A7K2][V111]");
  });
});

describe("arguments that the helpers do not have", () => {
  test.each([
    "{{#offer list='vip20'}}{{/offer}}",
    "{{offerCode list='vip20'}}",
    "{{#with (offerCode 'a' list='b')}}{{/with}}",
  ])("%s is refused when the template is compiled", async (template) => {
    const { email, handlebars } = await openShop();
    expect(() => email.compile(`Hi\n${template}`)).toThrow(/has no argument "list".*\(line 2, column \d+\)/);
    expect(() => handlebars.precompile(template)).toThrow(/has no argument "list"/);
    const elsewhere = new Function(`return ${Handlebars.create().precompile(template)}`)();
    await expect(email.run(MESSAGE, () => handlebars.template(elsewhere)({}))).rejects.toThrow(
      /has no argument "list"/,
    );
  });
});

describe("wrong calls", () => {
  test("without an engine or a resolver are refused with a sentence", async () => {
    const { resolver, store, liquid } = await openShop();
    const helpers = registerOfferHelpers as (...args: unknown[]) => unknown;
    const filters = registerOfferFilters as (...args: unknown[]) => unknown;
    expect(() => helpers()).toThrow(
      "Handlebars: expected an instance of Handlebars, such as hbs.handlebars, but got: undefined",
    );
    expect(() => helpers(resolver)).toThrow("Handlebars: expected an instance");
    expect(() => helpers(Handlebars.create())).toThrow(
      "resolver: expected a resolver, as createResolver({ store }) makes it",
    );
    expect(() => helpers(Handlebars.create(), store)).toThrow("resolver: expected a resolver");
    expect(() => filters()).toThrow("liquid: expected an instance of LiquidJS, as new Liquid() makes it");
    expect(() => filters(liquid)).toThrow("resolver: expected a resolver");
  });

  test("without a message are refused when an offer is read", async () => {
    const { email, sms } = await openShop();
    const missing = "message: expected a message, but got: undefined";
    await expect(email.compile("{{offer.code}}")({}, undefined as never)).rejects.toThrow(missing);
    await expect(sms.compile("{{ offer.code }}")({}, undefined as never)).rejects.toThrow(missing);
    await expect(email.run(undefined as never, () => "")).rejects.toThrow(missing);
    await expect(email.run((() => "") as never, undefined as never)).rejects.toThrow("message: expected a message");
    await expect(sms.run(MESSAGE, undefined as never)).rejects.toThrow("fn: expected a function that renders");
  });

  test("hbs, which brings a Handlebars of its own, and a version outside the range are refused", async () => {
    const { resolver } = await openShop();
    const hbs = require("hbs");
    expect(() => registerOfferHelpers(hbs, resolver)).toThrow("such as hbs.handlebars");
    const old = Object.assign(Object.create(Handlebars.create()), { VERSION: "4.7.9" });
    expect(() => registerOfferHelpers(old, resolver)).toThrow(
      'Handlebars.VERSION: expected 4.7.10 or later, below 5, but got: "4.7.9"',
    );
  });

  test("the namespace of the module stands for its instance", async () => {
    const { resolver } = await openShop();
    const engine = Handlebars.create();
    const email = registerOfferHelpers({ default: engine } as never, resolver);
    expect(await email.run(MESSAGE, () => engine.compile("{{offer.code}}")({}))).toBe("A7K2");
  });
});

test("the runtime alone renders what was precompiled, and knows offers", async () => {
  const { resolver } = await openShop();
  const runtime = (require("handlebars/runtime") as typeof Handlebars).create();
  const email = registerOfferHelpers(runtime, resolver);
  const spec = new Function(`return ${Handlebars.create().precompile("Hi {{name}}: {{offer.code}}")}`)();
  expect(await email.run(MESSAGE, () => runtime.template(spec)({ name: "Ann" }))).toBe("Hi Ann: A7K2");
  expect(() => runtime.template(spec)({ name: "Ann" })).toThrow("no message is known");
  expect(() => email.compile("{{offer.code}}")).toThrow(
    "Handlebars: expected more than its runtime, which cannot compile",
  );
});
