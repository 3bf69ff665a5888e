import { Liquid } from "liquidjs";
import { describe, expect, test } from "vitest";
import { registerOfferFilters } from "../../helpers/liquid.js";
import {
  createResolver,
  InvalidInputError,
  type OfferStore,
  OfferTemplateError,
  OfferUnavailableError,
} from "../../src/index.js";
import { MESSAGE, NOW, openShop } from "./shop.js";

const CANNOT_WAIT = "an offer has to be waited for, which the sync methods of LiquidJS cannot";

describe("the engine's own calls", () => {
  test("parseAndRender and render know the message by its globals", async () => {
    const { liquid, sms } = await openShop();
    const globals = sms.globals(MESSAGE);
    expect(await liquid.parseAndRender("{{ offer.code }} {{ 'vip20' | offer_code }}", {}, { globals })).toBe(
      "A7K2 V111",
    );
    expect(await liquid.render(liquid.parse("<<offer.code>>"), {}, { globals })).toBe("A7K2");
  });

  test("renderFile, layouts and blocks know the message", async () => {
    const { liquid, sms } = await openShop({
      templates: {
        page: "{% layout 'frame' %}{% block body %}{{ offer.code }} <<offer.name>>{% endblock %}",
        frame: "<p>{% block body %}{% endblock %}</p>{% offer 'vip20' %}{{ offer.code }}{% endoffer %}",
      },
    });
    expect(await liquid.renderFile("page", {}, { globals: sms.globals(MESSAGE) })).toBe("<p>A7K2 10% off</p>V111");
  });

  test("reject with the engine's own error, which holds that of the offer", async () => {
    const { liquid, sms } = await openShop();
    const globals = sms.globals({ ...MESSAGE, offerId: "gone" });
    const error = await liquid.parseAndRender("{{ offer.code }}", {}, { globals }).catch((thrown) => thrown);
    expect(error.originalError).toBeInstanceOf(OfferUnavailableError);
  });

  test("the instance's own globals stay, and the message's stay out of them", async () => {
    const { liquid, sms } = await openShop({ globals: { shop: "Hats & Co" } });
    expect(await sms.compile("{{ shop }} {{ offer.code }}")({}, MESSAGE)).toBe("Hats & Co A7K2");
    expect(Object.keys(liquid.options.globals)).toEqual(["shop"]);
  });

  test("a filter without a message is refused", async () => {
    const { liquid } = await openShop();
    await expect(liquid.parseAndRender("Hi\n{{ 'vip20' | offer_code }}", {})).rejects.toThrow(
      /^offer_code needs the message: render within sms.run.* \{ globals: sms.globals\(message\) \} \(line 2, column 1\)$/,
    );
  });
});

describe("the sync methods", () => {
  test.each([
    "{{ offer.code }}",
    "{% if offer %}{{ offer.code }}{% endif %}",
    "{{ 'vip20' | offer_code }}",
    "{% offer %}{% endoffer %}",
  ])("refuse %s, whether or not the code is known", async (template) => {
    const { liquid, sms, resolver } = await openShop();
    const render = () => liquid.parseAndRenderSync(template, {}, { globals: sms.globals(MESSAGE) });
    expect(render).toThrow(CANNOT_WAIT);
    await resolver.resolve(MESSAGE);
    expect(render).toThrow(CANNOT_WAIT);
  });

  test("render templates without offers as ever", async () => {
    const { liquid, sms } = await openShop();
    const globals = sms.globals(MESSAGE);
    expect(liquid.parseAndRenderSync("Hi {{ name }}", { name: "Ann" }, { globals })).toBe("Hi Ann");
  });
});

describe("what an author may write", () => {
  const CASES: [template: string, text: string][] = [
    ["{% assign gift = offer %}{{ gift.code }}", "A7K2"],
    ["{% assign code = offer.code %}{% capture text %}{{ code }}!{% endcapture %}{{ text }}", "A7K2!"],
    ["{{ offer['code'] }} {{ offer[field] }}", "A7K2 10% off"],
    ["{% case offer.code %}{% when 'A7K2' %}first{% else %}other{% endcase %}", "first"],
    ["{% unless offer.code %}none{% endunless %}", ""],
    ["{% if offer.code == 'A7K2' and offer.isNew %}new{% endif %}", "new"],
    ["{% if offer == nil %}none{% else %}some{% endif %}", "some"],
    ["{{ offer.expiresAt | date: '%d %B %Y', 'UTC' }}", "30 January 2027"],
    ["{{ offer.batch | upcase }} {{ offer.code | downcase }}", "FIRST a7k2"],
    ["{{ offer.code | default: 'none' }}", "A7K2"],
    ["{% liquid\n  assign gift = 'vip20' | offer_code\n  echo gift\n%}", "V111"],
    ["{% for item in items %}{% cycle 'a', 'b' %}{{ offer.code }}{% break %}{% endfor %}", "aA7K2"],
    ["{%- offer 'vip20' -%} {{- offer.code -}} {%- else -%} none {%- endoffer -%}", "V111"],
    ["{% offer 'vip20' %}{% assign kept = offer.code %}{% endoffer %}{{ kept }}", "V111"],
    ["{% raw %}{{ offer.code }} <<offer.code>>{% endraw %}<<offer.code>>", "{{ offer.code }} <<offer.code>>A7K2"],
    ["{%- raw -%} <<offer.code>> {% endraw -%}", " <<offer.code>> "],
    ["{% # <<offer.code>> %}.", "."],
    ['{{ "}} <<offer.code>>" }}', "}} <<offer.code>>"],
  ];

  test.each(CASES)("%s", async (template, text) => {
    const { sms } = await openShop();
    expect(await sms.compile(template)({ field: "name", items: [1, 2] }, MESSAGE)).toBe(text);
  });

  test("own delimiters hold for macros as well", async () => {
    const { sms } = await openShop({ outputDelimiterLeft: "<%=", outputDelimiterRight: "%>" });
    expect(await sms.compile("<%= offer.code %> <<offer.code>> {{ offer.code }}")({}, MESSAGE)).toBe(
      "A7K2 A7K2 {{ offer.code }}",
    );
  });

  test("outputEscape escapes codes", async () => {
    const { sms } = await openShop({ outputEscape: "escape" });
    const odd = { ...MESSAGE, offerId: "odd" };
    expect(await sms.compile("{{ offer.code }} {{ offer.code | raw }}")({}, odd)).toBe("A&amp;B&lt;C A&B<C");
  });

  test("an omitted code is absent under strictVariables too", async () => {
    const { sms } = await openShop({ strictVariables: true });
    const quiet = { ...MESSAGE, offerId: "quiet" };
    expect(await sms.compile("[{{ offer.code }}]{% if offer.code %}{% else %}none{% endif %}")({}, quiet)).toBe(
      "[]none",
    );
  });

  test("offer | json shows the whole answer", async () => {
    const { sms } = await openShop();
    const shown = JSON.parse(await sms.compile("{{ offer | json }}")({}, MESSAGE));
    expect(shown).toMatchObject({ code: "A7K2", name: "10% off", offerId: "welcome10", isNew: true });
  });
});

describe("errors", () => {
  test("a syntax error names line and column, and keeps LiquidJS's own as its cause", async () => {
    const { sms } = await openShop();
    const compile = () => sms.compile("Hi\n\n  {% nope %}");
    expect(compile).toThrow(OfferTemplateError);
    expect(compile).toThrow(
      expect.objectContaining({ message: 'tag "nope" not found (line 3, column 3)', line: 3, column: 3 }),
    );
  });

  test("an error of the rendering names line and column", async () => {
    const { sms, liquid } = await openShop({ strictVariables: true });
    liquid.registerFilter("fails", () => {
      throw new TypeError("filter failed");
    });
    await expect(sms.compile("\n {{ missing }}")({}, MESSAGE)).rejects.toThrow(
      /^undefined variable: missing \(line 2, column 5\)$/,
    );
    await expect(sms.compile("\n {{ 1 | fails }}")({}, MESSAGE)).rejects.toThrow(
      /^filter failed \(line 2, column 2\)$/,
    );
  });

  test("an offer's error comes as itself, also where the engine collects all errors", async () => {
    const { sms } = await openShop({ catchAllErrors: true });
    const template = sms.compile("{{ 'a' | date: 'b' }} {{ offer.code }} {{ 'gone' | offer_code }}");
    await expect(template({}, { ...MESSAGE, offerId: "gone" })).rejects.toThrow(OfferUnavailableError);
  });

  test("after an error in a block, offer means the message's again", async () => {
    const { sms, liquid } = await openShop({ catchAllErrors: true });
    const seen: unknown[] = [];
    liquid.registerFilter("see", (value: unknown) => seen.push(value));
    const template = sms.compile(
      "{% offer 'vip20' %}{{ offer.code | see }}{{ 1 | divided_by: x.y.z | nope }}{% render 'nope' %}{% endoffer %}{{ offer.code | see }}",
    );
    await expect(template({}, MESSAGE)).rejects.toThrow(OfferTemplateError);
    expect(seen).toEqual(["V111", "A7K2"]);
  });

  test("a tag that names no offer, or more than one, is refused where it stands", async () => {
    const { sms } = await openShop();
    await expect(sms.compile("Hi\n{% offer nobody %}{% endoffer %}")({}, MESSAGE)).rejects.toThrow(
      "offer: expected the id of an offer, but got: undefined (line 2, column 1)",
    );
    expect(() => sms.compile("{% offer 'a' 'b' %}{% endoffer %}")).toThrow(/unexpected.*\(line 1, column \d+\)/);
  });

  test("a template that is no text is refused", async () => {
    const { sms } = await openShop();
    expect(() => sms.compile(7 as unknown as string)).toThrow(InvalidInputError);
  });
});

describe("the caller's instance", () => {
  test("may be registered twice, for two resolvers", async () => {
    const { liquid, resolver } = await openShop();
    const sms = registerOfferFilters(liquid, resolver);
    expect(await sms.compile("<<offer.code>>")({}, MESSAGE)).toBe("A7K2");
  });

  test("keeps a filter or tag of its own: registering is refused", async () => {
    const { resolver } = await openShop();
    const liquid = new Liquid();
    liquid.registerFilter("offer_code", () => "mine");
    expect(() => registerOfferFilters(liquid, resolver)).toThrow(
      "liquid.filters.offer_code: expected no filter of that name yet, but got: a function",
    );
  });

  test("analyses templates with the tag as any other", async () => {
    const { liquid } = await openShop();
    expect(liquid.variablesSync("{% offer 'vip20' %}{{ name }}{% else %}{{ other }}{% endoffer %}")).toEqual([
      "name",
      "other",
    ]);
  });
});

test("an offer is asked for once in a message, and only when it is read", async () => {
  const { liquid, store } = await openShop();
  const asked: string[] = [];
  const counting: OfferStore = {
    ...store,
    claim(request) {
      asked.push(request.offerId);
      return store.claim(request);
    },
  };
  const sms = registerOfferFilters(liquid, createResolver({ store: counting, now: () => NOW }));
  const template =
    "{% if no %}{{ 'odd' | offer_code }}{% endif %}{{ offer.code }}{{ offer.name }}{{ 'vip20' | offer_code }}{{ 'vip20' | offer_code }}";
  await sms.compile(template)({}, MESSAGE);
  expect(asked).toEqual(["welcome10", "vip20"]);
});

test("a thousand messages of one tick claim in at most five calls", async () => {
  const { store, liquid } = await openShop();
  let calls = 0;
  const codes = Array.from({ length: 1000 }, (_, place) => `CODE${place}`);
  await store.saveOffer({ id: "big" });
  await store.addCodes("big", { id: "first" }, codes);
  const resolver = createResolver({
    store: {
      ...store,
      claim(request) {
        calls += 1;
        return store.claim(request);
      },
    },
    now: () => NOW,
  });
  const template = registerOfferFilters(liquid, resolver).compile("{% if yes %}{{ offer.code }}{% endif %}");
  const messages = codes.map((_, place) => ({
    ...MESSAGE,
    offerId: "big",
    id: `m${place}`,
    subscriberId: `s${place}`,
  }));
  const texts = await Promise.all(messages.map((message) => template({ yes: true }, message)));
  expect(new Set(texts).size).toBe(1000);
  expect(calls).toBeLessThanOrEqual(5);
  await resolver.close();
});
