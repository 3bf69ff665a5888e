import Handlebars from "handlebars";
import { describe, expect, test } from "vitest";
import { registerOfferHelpers } from "../../helpers/handlebars.js";
import {
  createResolver,
  InvalidInputError,
  type OfferStore,
  OfferTemplateError,
  OfferUnavailableError,
  type Resolver,
} from "../../src/index.js";
import { MESSAGE, NOW, openShop } from "./shop.js";

/** The shop with the offers of which its store was asked to claim a code. */
async function countingShop() {
  const { store, ...shop } = await openShop();
  const asked: string[] = [];
  const counting: OfferStore = {
    ...store,
    claim(request) {
      asked.push(request.offerId);
      return store.claim(request);
    },
  };
  const resolver = createResolver({ store: counting, now: () => NOW });
  return { ...shop, asked, resolver, email: registerOfferHelpers(shop.handlebars, resolver) };
}

describe("where offer can be written", () => {
  const CASES: [template: string, text: string][] = [
    [
      "{{#each items}}{{../offer.code}} {{this.offer.code}} {{./offer.code}} {{@root.offer.code}}{{/each}}",
      "A7K2 A7K2 A7K2 A7K2",
    ],
    ["{{#each shops}}{{this.offer.title}} {{offer.code}}{{/each}}", "Sale A7K2"],
    ["{{#each shops}}{{#each list}}{{../offer.title}}{{/each}}{{/each}}", "Sale"],
    [
      "{{#offer 'vip20'}}{{@root.offer.code}} {{#with @root.offer}}{{code}}{{/with}} {{../offer.code}}{{/offer}}",
      "A7K2 A7K2 V111",
    ],
    ["{{#with offer}}{{code}} {{name}}{{/with}}", "A7K2 10% off"],
    ["{{#with offer as |gift|}}{{gift.code}}{{/with}}", "A7K2"],
    ["{{#offer 'vip20' as |gift|}}{{gift.code}} {{offer.code}}{{/offer}}", "V111 V111"],
    ["{{lookup offer 'code'}}", "A7K2"],
    ["{{#offer.code}}{{this}}{{/offer.code}}", "A7K2"],
    ["{{#each items as |offer|}}{{offer}} {{../offer.code}}{{/each}}", "hat A7K2"],
    ["{{^offer 'gone'}}none{{/offer}}", "none"],
    ["{{#if no}}{{else offer 'vip20'}}{{offer.code}}{{/if}}", "V111"],
    ["{{#*inline 'card'}}[{{offer.code}}]{{/inline}}{{> card}}", "[A7K2]"],
    ["{{#> frame}}{{offer.code}}{{/frame}}", "<A7K2>"],
    ["{{#> nowhere}}{{offer.code}}{{/nowhere}}", "A7K2"],
    ["{{> (lookup names 0)}}", "(A7K2)"],
    ["{{> card offer}} {{> card offer=offer}}", "(A7K2) (A7K2)"],
    ["{{#offer 'vip20'}}{{> card}}{{/offer}}{{> card}}", "(V111)(A7K2)"],
    ["{{offer.code.length}}", "4"],
    ["{{[offer].[code]}} {{offer/code}}", "A7K2 A7K2"],
    ["{{{{raw}}}}{{offer.code}} <<offer.code>>{{{{/raw}}}}", "{{offer.code}} <<offer.code>>"],
    ["\\{{offer.code}} \\\\{{offer.code}}", "{{offer.code}} \\A7K2"],
    ["  {{#if items}}\n  <<offer.code>>\n  {{/if}}\n", "  A7K2\n"],
  ];

  test.each(CASES)("%s", async (template, text) => {
    const { email, handlebars } = await openShop();
    handlebars.registerHelper("raw", (options: Handlebars.HelperOptions) => options.fn({}));
    handlebars.registerPartial({ frame: "<{{> @partial-block}}>", card: "({{offer.code}})" });
    const data = { items: ["hat"], shops: [{ offer: { title: "Sale" }, list: [1] }], names: ["card"] };
    expect(await email.compile(template)(data, MESSAGE)).toBe(text);
  });

  test("a partial's parameter named offer is refused, as offer means an offer in every partial", async () => {
    const { email } = await openShop();
    expect(() => email.compile("Hi\n{{> card offer=name}}")).toThrow(/cannot be named offer.*\(line 2, column 10\)/);
  });

  test("offerCode without an id, and with two, is refused", async () => {
    const { email } = await openShop();
    await expect(email.compile("{{offerCode}}")({}, MESSAGE)).rejects.toThrow(
      "offerCode: expected the id of an offer, but got: undefined (line 1, column 1)",
    );
    await expect(email.compile("{{offerCode 'a' 'b'}}")({}, MESSAGE)).rejects.toThrow('but got: ["a","b"]');
    await expect(email.compile("{{#offer nobody}}{{/offer}}")({}, MESSAGE)).rejects.toThrow("#offer: expected the id");
  });
});

describe("how often a template runs", () => {
  test("an offer that is certain is resolved first, and the template runs once", async () => {
    const { email, handlebars } = await openShop();
    let runs = 0;
    handlebars.registerHelper("count", () => `${++runs}`);
    const template = email.compile("{{#if name}}Hi {{name}}{{/if}} {{offer.code}} {{count}}");
    expect(await template({ name: "Ann" }, MESSAGE)).toBe("Hi Ann A7K2 1");
  });

  test("an offer behind a helper that may fail is resolved when rendering reaches it", async () => {
    const { email, handlebars, codesLeft } = await openShop();
    handlebars.registerHelper("fails", () => {
      throw new TypeError("helper failed");
    });
    await expect(email.compile("{{fails}} {{offer.code}}")({}, MESSAGE)).rejects.toThrow(TypeError);
    expect(await codesLeft("welcome10")).toBe(3);
  });

  test("an offer deep inside costs one run more, and each is asked for once", async () => {
    const { email, handlebars, asked } = await countingShop();
    let runs = 0;
    handlebars.registerHelper("count", () => `${++runs}`);
    const template = email.compile("{{count}} {{#each items}}{{offer.code}} {{offerCode 'vip20'}};{{/each}}");
    expect(await template({ items: [1, 2] }, MESSAGE)).toBe("3 A7K2 V111;A7K2 V111;");
    expect(asked).toEqual(["welcome10", "vip20"]);
  });

  test("a known code is rendered before the caller's next statement, without asking", async () => {
    const { email, handlebars, resolver, asked } = await countingShop();
    await resolver.resolve(MESSAGE);
    asked.length = 0;
    let ran = false;
    handlebars.registerHelper("mark", () => {
      ran = true;
    });
    const rendered = email.compile("{{offer.code}}{{mark}}")({}, MESSAGE);
    expect(ran).toBe(true);
    expect(await rendered).toBe("A7K2");
    expect(asked).toEqual([]);
  });

  test("a thousand messages of one tick claim in one call", async () => {
    const { store, resolver, handlebars } = await openShop();
    let calls = 0;
    const codes = Array.from({ length: 1000 }, (_, place) => `CODE${place}`);
    await store.saveOffer({ id: "big" });
    await store.addCodes("big", { id: "first" }, codes);
    const counting = createResolver({
      store: {
        ...store,
        claim(request) {
          calls += 1;
          return store.claim(request);
        },
      },
      now: () => NOW,
    });
    const template = registerOfferHelpers(handlebars, counting).compile("{{#if yes}}{{offer.code}}{{/if}}");
    const texts = await Promise.all(
      codes.map((_, place) =>
        template({ yes: true }, { ...MESSAGE, offerId: "big", id: `m${place}`, subscriberId: `s${place}` }),
      ),
    );
    expect(new Set(texts).size).toBe(1000);
    expect(calls).toBeLessThanOrEqual(5);
    await resolver.close();
  });

  test("subject, HTML and text rendered at once show one code", async () => {
    const { email, codesLeft } = await openShop();
    const parts = ["{{offer.code}}", "<b>{{offer.code}}</b>", "Code: {{#if yes}}{{offer.code}}{{/if}}"];
    const texts = await Promise.all(parts.map((part) => email.compile(part)({ yes: true }, MESSAGE)));
    expect(texts).toEqual(["A7K2", "<b>A7K2</b>", "Code: A7K2"]);
    expect(await codesLeft("welcome10")).toBe(2);
  });

  test("a helper that swallows what is thrown in it cannot swallow the waiting", async () => {
    const { email, handlebars } = await openShop();
    handlebars.registerHelper("attempt", function (this: unknown, options: Handlebars.HelperOptions) {
      try {
        return options.fn(this);
      } catch {
        return "swallowed";
      }
    });
    expect(await email.compile("{{#attempt}}{{offer.code}}{{/attempt}}")({}, MESSAGE)).toBe("A7K2");
    const stopped = email.compile("{{#attempt}}{{offer.code}}{{/attempt}}")({}, { ...MESSAGE, offerId: "gone" });
    await expect(stopped).rejects.toThrow(OfferUnavailableError);
  });

  test("a helper that names another offer at every run is stopped", async () => {
    const { email, handlebars, store } = await openShop();
    let runs = 0;
    handlebars.registerHelper("another", () => `offer${++runs}`);
    for (let place = 1; place <= 200; place++) {
      await store.saveOffer({ id: `offer${place}`, whenUnavailable: { action: "omit" } });
    }
    const rendered = email.compile("{{offerCode (another)}}")({}, MESSAGE);
    await expect(rendered).rejects.toThrow("Rendering read 100 different offers");
  });
});

describe("partials", () => {
  test("may be registered, and registered anew, after the template was compiled", async () => {
    const { email, handlebars } = await openShop();
    const template = email.compile("{{> card}}");
    await expect(template({}, MESSAGE)).rejects.toThrow("The partial card could not be found");
    handlebars.registerPartial("card", "1: {{offer.code}}");
    expect(await template({}, MESSAGE)).toBe("1: A7K2");
    handlebars.registerPartial("card", "2: {{offer.code}}");
    expect(await template({}, MESSAGE)).toBe("2: A7K2");
    handlebars.unregisterPartial("card");
    await expect(template({}, MESSAGE)).rejects.toThrow("The partial card could not be found");
  });

  test("know offers even when Handlebars has put its compiled form in their place", async () => {
    const { email, handlebars } = await openShop();
    handlebars.registerPartial("card", "[{{offer.code}}]");
    const plain = handlebars.compile("{{> card}}");
    expect(() => plain({})).toThrow("offer.code is read, but no message is known");
    expect(handlebars.partials.card).toBeTypeOf("function");
    expect(await email.compile("{{> card}}")({}, MESSAGE)).toBe("[A7K2]");
  });

  test("know offers when they are registered compiled", async () => {
    const { email, handlebars } = await openShop();
    handlebars.registerPartial("card", handlebars.compile("[{{offer.code}} {{sign}}]", { noEscape: true }));
    expect(await email.compile("{{> card}}")({ sign: "<" }, MESSAGE)).toBe("[A7K2 <]");
  });

  test("keep the options they were compiled with, also where another has the same text", async () => {
    const { email, handlebars } = await openShop();
    const plain = handlebars.compile("{{sign}}", { noEscape: true });
    handlebars.registerPartial({ plain, escaped: "{{sign}}" });
    expect(await email.compile("{{> plain}} {{> escaped}}")({ sign: "<" }, MESSAGE)).toBe("< &lt;");
  });

  test("of one render come before the registered ones", async () => {
    const { email, handlebars } = await openShop();
    handlebars.registerPartial({ card: "registered", other: "+{{offer.code}}" });
    const template = email.compile("{{> card}}{{> other}}");
    expect(await template({}, MESSAGE, { partials: { card: "own {{offer.code}}" } })).toBe("own A7K2+A7K2");
    expect(await template({}, MESSAGE)).toBe("registered+A7K2");
  });

  test("with an error that nobody uses do no harm", async () => {
    const { email, handlebars } = await openShop();
    handlebars.registerPartial({ broken: "{{#if", card: "{{offer.code}}" });
    expect(await email.compile("{{> card}}")({}, MESSAGE)).toBe("A7K2");
  });
});

describe("Handlebars' own options", () => {
  test("noEscape and strict hold, also in partials", async () => {
    const { email, handlebars } = await openShop();
    handlebars.registerPartial("card", "{{sign}}");
    const odd = { ...MESSAGE, offerId: "odd" };
    const template = email.compile("{{offer.code}} {{> card}}", { noEscape: true });
    expect(await template({ sign: "<" }, odd)).toBe("A&B<C <");
    const strict = email.compile("{{#if yes}}{{offer.code}}{{/if}}\n {{missing}}", { strict: true });
    await expect(strict({ yes: true }, MESSAGE)).rejects.toThrow(
      '"missing" not defined in [object Object] (line 2, column 4)',
    );
  });

  test("offers are read under strict, assumeObjects, compat, data: false, knownHelpersOnly and explicitPartialContext", async () => {
    const { email } = await openShop();
    const template =
      "{{#each items}}{{offer.code}} {{offerCode 'vip20'}} {{#offer 'vip20'}}{{offer.code}}{{/offer}}{{/each}}";
    for (const option of [
      "strict",
      "assumeObjects",
      "compat",
      "knownHelpersOnly",
      "explicitPartialContext",
      "preventIndent",
    ]) {
      expect(await email.compile(template, { [option]: true })({ items: [1] }, MESSAGE)).toBe("A7K2 V111 V111");
    }
    expect(await email.compile(template, { data: false })({ items: [1] }, MESSAGE)).toBe("A7K2 V111 V111");
  });

  test("the render's helpers, data, decorators and access to prototypes hold", async () => {
    const { email } = await openShop();
    class Customer {
      get name() {
        return "Ann";
      }
    }
    const template = email.compile(
      "{{* mark}}{{shout offer.code}} {{@greeting}} {{@root.customer.name}} {{offer.code}}",
    );
    const text = await template({ customer: new Customer() }, MESSAGE, {
      helpers: { shout: (code: string) => `${code}!` },
      data: { greeting: "Hi" },
      decorators: { mark: () => undefined },
      allowProtoPropertiesByDefault: true,
    });
    expect(text).toBe("A7K2! Hi Ann A7K2");
  });

  test("a helper registered, replaced or unregistered later is seen by a compiled template", async () => {
    const { email, handlebars } = await openShop();
    const template = email.compile("{{offer.code}} {{greet}}");
    expect(await template({ greet: "data" }, MESSAGE)).toBe("A7K2 data");
    handlebars.registerHelper("greet", () => "one");
    expect(await template({ greet: "data" }, MESSAGE)).toBe("A7K2 one");
    handlebars.registerHelper("greet", () => "two");
    expect(await template({ greet: "data" }, MESSAGE)).toBe("A7K2 two");
    handlebars.unregisterHelper("greet");
    expect(await template({ greet: "data" }, MESSAGE)).toBe("A7K2 data");
  });

  test("a parsed tree is compiled as its text, and stays as it was", async () => {
    const { email, handlebars } = await openShop();
    const tree = handlebars.parseWithoutProcessing("Hi {{offer.code}} <<offer.code>>");
    const before = JSON.stringify(tree);
    expect(await email.compile(tree)({}, MESSAGE)).toBe("Hi A7K2 A7K2");
    expect(JSON.stringify(tree)).toBe(before);
  });

  test("a template that is none is refused", async () => {
    const { email } = await openShop();
    expect(() => email.compile(undefined as unknown as string)).toThrow(InvalidInputError);
  });
});

describe("the caller's instance", () => {
  test("templates that Handlebars itself compiles refuse the helpers, and keep an offer of their data", () => {
    const engine = Handlebars.create();
    registerOfferHelpers(engine, createResolverOfNothing());
    expect(() => engine.compile("Hi\n{{offerCode 'vip20'}}")({})).toThrow(
      /^offerCode is read, but no message is known: render within email.run.* \(line 2, column 1\)$/,
    );
    expect(() => engine.compile("{{#offer}}{{/offer}}")({})).toThrow(OfferTemplateError);
    expect(engine.compile("{{offer}} {{offer.code}}")({ offer: "mine" })).toBe("mine ");
  });

  test("may be the one that the package exports, and be registered twice", async () => {
    const { resolver } = await openShop();
    registerOfferHelpers(Handlebars, createResolverOfNothing());
    const email = registerOfferHelpers(Handlebars, resolver);
    expect(await email.compile("{{offer.code}}")({}, MESSAGE)).toBe("A7K2");
  });

  test("keeps a helper of its own named offer: registering is refused", () => {
    const engine = Handlebars.create();
    engine.registerHelper("offer", () => "mine");
    expect(() => registerOfferHelpers(engine, createResolverOfNothing())).toThrow(
      "Handlebars.helpers.offer: expected no helper of that name yet, but got: a function",
    );
  });
});

describe("errors", () => {
  test("a syntax error names line and column, and keeps Handlebars' own as its cause", async () => {
    const { email } = await openShop();
    const compile = () => email.compile("Hi\n\n  {{#if name}}{{/each}}");
    expect(compile).toThrow(OfferTemplateError);
    expect(compile).toThrow(expect.objectContaining({ line: 3, column: 6, cause: expect.any(Handlebars.Exception) }));
  });

  test("an unavailable offer carries its resolution, and the subscriber is named", async () => {
    const { email } = await openShop();
    const error = await email
      .compile("{{offer.code}}")({}, { ...MESSAGE, offerId: "gone" })
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(OfferUnavailableError);
    expect(error.resolution).toMatchObject({ offerId: "gone", code: null, reason: "pool-empty" });
  });

  test("a template without offers needs no message", async () => {
    const { email } = await openShop();
    expect(await email.compile("Hi {{name}}")({ name: "Ann" }, undefined as never)).toBe("Hi Ann");
    await expect(email.compile("{{offer.code}}")({}, undefined as never)).rejects.toThrow(InvalidInputError);
  });
});

function createResolverOfNothing(): Resolver {
  return {
    resolve: () => Promise.reject(new Error("not asked")),
  } as unknown as Resolver;
}
