import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OfferTemplateError, OfferUnavailableError } from "../../src/index.js";
import { MESSAGE, openShop } from "./shop.js";

type Shop = Awaited<ReturnType<typeof openShop>>;
type Stack = (shop: Shop) => string | Promise<string>;

const TEMPLATES = {
  mail: "{% layout 'frame' %}{% block body %}{% render 'card' %}{% endblock %}",
  frame: "{{ name }} {% block body %}{% endblock %}",
  card: "{{ offer.code }}",
  included: "{% for item in nothing %}{% else %}{{ name }} {% include 'card' %}{% endfor %}",
};
const DATA = { name: "Ann" };

/** Ways to render a template that says `name` and `offer.code` by the engine's own methods. */
const STACKS: Record<string, Stack> = {
  parseAndRender: ({ liquid }) => liquid.parseAndRender("{{ name }} {{ offer.code }}", DATA),
  parseAndRenderSync: ({ liquid }) => liquid.parseAndRenderSync("{{ name }} {{ offer.code }}", DATA),
  "a condition, synchronously": ({ liquid }) =>
    liquid.parseAndRenderSync("{% if offer %}{{ name }} {{ offer.code }}{% endif %}", DATA),
  "a template parsed before": ({ liquid }) => liquid.render(liquid.parse("{{ name }} <<offer.code>>"), DATA),
  "a file with a layout, and a card by render": ({ liquid }) => liquid.renderFile("mail", DATA),
  "the same file, synchronously": ({ liquid }) => liquid.renderFileSync("mail", DATA),
  "include in the else of a loop": ({ liquid }) => liquid.renderFile("included", DATA),
  "globals of one call": ({ liquid }) =>
    liquid.parseAndRender("{{ name }} {{ offer.code }}", {}, { globals: { name: "Ann" } }),
  "a tag that evaluates synchronously": ({ liquid }) => {
    registerShow(liquid);
    return liquid.parseAndRender("{{ name }} {% show offer.code %}", DATA);
  },
  "a tag that evaluates a filter synchronously": ({ liquid }) => {
    registerShow(liquid);
    return liquid.parseAndRender("{{ name }} {% show 'welcome10' | offer_code %}", DATA);
  },
  "a node stream": ({ liquid }) => textOf(liquid.renderToNodeStream(liquid.parse("{{ name }} {{ offer.code }}"), DATA)),
};

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

describe.each(Object.entries(STACKS))("%s", (_, render) => {
  test("shows the message's code within run, cold and warm, and takes one", async () => {
    const shop = await openShop({ templates: TEMPLATES });
    expect(await shop.sms.run(MESSAGE, () => render(shop))).toBe("Ann A7K2");
    expect(await shop.sms.run(MESSAGE, () => render(shop))).toBe("Ann A7K2");
    expect(await shop.codesLeft("welcome10")).toBe(2);
  });

  test("rejects within run where there is no code", async () => {
    const shop = await openShop({ templates: TEMPLATES });
    await shop.store.saveOffer({ id: "empty" });
    const message = { ...MESSAGE, type: "auto-response" as const, signUpOfferId: "gone" };
    await expect(shop.sms.run(message, () => render(shop))).rejects.toThrow(OfferUnavailableError);
  });

  test("is refused without a message", async () => {
    const shop = await openShop({ templates: TEMPLATES });
    await expect((async () => render(shop))()).rejects.toThrow(/needs the message: render within sms\.run/);
  });

  test("keeps 20 messages apart that are rendered at once", async () => {
    const shop = await openShop({ templates: TEMPLATES });
    const codes = Array.from({ length: 20 }, (_, n) => `MANY${n}`);
    await shop.store.addCodes("welcome10", { id: "second" }, codes);
    const texts = await Promise.all(
      codes.map(async (_, n) => {
        const message = { ...MESSAGE, id: `m${n}`, subscriberId: `s${n}` };
        const text = await shop.sms.run(message, () => render(shop));
        expect(text).toBe(`Ann ${(await shop.resolver.resolve(message)).code}`);
        return text;
      }),
    );
    expect(new Set(texts).size).toBe(20);
  });
});

describe("without a message", () => {
  test.each([
    "Hi\n{{ offer.code }}",
    "Hi\n{% if offer %}{% endif %}",
    "Hi\n{% if offer.code %}{% endif %}",
    "Hi\n{% unless offer.code %}{% endunless %}",
    "Hi\n{{ offer | json }}",
    "Hi\n{{ offer.code | default: 'none' }}",
    "Hi\n{% for field in offer %}{% endfor %}",
    "Hi\n{% offer 'vip20' %}{% endoffer %}",
    "Hi\n{{ 'vip20' | offer_code }}",
  ])("%j is refused with its line, sync and async", async (template) => {
    const { liquid } = await openShop();
    const refusal = expect.objectContaining({ name: "OfferTemplateError", line: 2 });
    await expect(liquid.parseAndRender(template, {})).rejects.toThrow(refusal);
    expect(() => liquid.parseAndRenderSync(template, {})).toThrow(refusal);
  });

  test("an untaken branch does no harm, and the data's own offer is shown", async () => {
    const { liquid } = await openShop({ globals: { shop: "Hats" } });
    expect(await liquid.parseAndRender("{% if no %}{{ offer.code }}{% endif %}{{ shop }}", {})).toBe("Hats");
    const own = { offer: { code: "MINE", title: "Sale" } };
    expect(await liquid.parseAndRender("{{ offer.title }} {{ offer.code }}", own)).toBe("Sale MINE");
    expect(await liquid.parseAndRender("{% assign offer = 'mine' %}{{ offer }}", {})).toBe("mine");
  });

  test("an offer among the instance's own globals is shown, and in a message the message's", async () => {
    const { liquid, sms } = await openShop({ globals: { offer: { code: "MINE" } } });
    expect(await liquid.parseAndRender("{{ offer.code }}", {})).toBe("MINE");
    expect(await sms.run(MESSAGE, () => liquid.parseAndRender("{{ offer.code }}", {}))).toBe("A7K2");
  });
});

describe("within run", () => {
  test("data with an offer of its own is refused, also where the error is swallowed", async () => {
    const { liquid, sms } = await openShop();
    const render = () => liquid.parseAndRender("{{ offer.code }}", { offer: { code: "MINE" } });
    await expect(sms.run(MESSAGE, render)).rejects.toThrow(/^data.offer: expected no such field/);
    await expect(sms.run(MESSAGE, () => render().catch(() => "fine"))).rejects.toThrow(/^data.offer/);
  });

  test("a field that no offer has is refused with its line, also where the error is swallowed", async () => {
    const { liquid, sms } = await openShop();
    const render = () => liquid.parseAndRender("Hi\n {{ offer.cdoe }}", {});
    const refusal = /^an offer has no field "cdoe".*\(line 2, column 5\)$/;
    await expect(sms.run(MESSAGE, render)).rejects.toThrow(refusal);
    await expect(sms.run(MESSAGE, () => render().catch(() => "fine"))).rejects.toThrow(refusal);
  });

  test("blocks and other offers are known too", async () => {
    const { liquid, sms } = await openShop();
    const template =
      "{% offer 'vip20' %}{{ offer.code }}{% endoffer %} {% offer 'gone' %}{% else %}none{% endoffer %} {{ offer.code }}";
    expect(await sms.run(MESSAGE, () => liquid.parseAndRender(template, {}))).toBe("V111 none A7K2");
    expect(await sms.run(MESSAGE, () => liquid.parseAndRenderSync(template, {}))).toBe("V111 none A7K2");
  });

  test("an error of the engine's is thrown as it is", async () => {
    const { liquid, sms } = await openShop();
    const rendered = sms.run(MESSAGE, () => liquid.parseAndRender("{{ offer.code }}{% render 'nope' %}", {}));
    await expect(rendered).rejects.not.toThrow(OfferTemplateError);
  });
});

test("a tag that evaluates synchronously shows the code of a compiled template too", async () => {
  const { liquid, sms } = await openShop();
  registerShow(liquid);
  expect(await sms.compile("{% show offer.code %} {% show 'vip20' | offer_code %}")({}, MESSAGE)).toBe("A7K2 V111");
});

test("a tag that evaluates synchronously is refused where only globals name the message", async () => {
  const { liquid, sms } = await openShop();
  registerShow(liquid);
  for (const value of ["offer.code", "'vip20' | offer_code"]) {
    const rendered = liquid.parseAndRender(`{% show ${value} %}`, {}, { globals: sms.globals(MESSAGE) });
    await expect(rendered).rejects.toThrow("an offer has to be waited for");
  }
});

test("arguments that the filter and the tag do not have are refused when the template is compiled", async () => {
  const { sms } = await openShop();
  expect(() => sms.compile("Hi\n{{ 'vip20' | offer_code: list: 'a' }}")).toThrow(
    /offer_code has no arguments.*\(line 2, column \d+\)/,
  );
  expect(() => sms.compile("{% assign x = 'vip20' | offer_code: 'a' %}")).toThrow(/offer_code has no arguments/);
  expect(() => sms.compile("Hi\n{% offer list: 'vip20' %}{% endoffer %}")).toThrow(
    /unexpected.*\(line 2, column \d+\)/,
  );
});

test("a misspelt field is found wherever an expression may stand", async () => {
  const { sms } = await openShop();
  for (const template of [
    "{% for x in offer.cdoe %}{% endfor %}",
    "{% if a and offer.cdoe %}{% endif %}",
    "{{ 'a' | append: offer.cdoe }}",
    "{{ items[offer.cdoe] }}",
    "{% for i in (1..offer.cdoe) %}{% endfor %}",
    "{% offer %}{% if x %}{{ offer.cdoe }}{% endif %}{% else %}{% endoffer %}",
  ]) {
    expect(() => sms.compile(template)).toThrow(/an offer has no field "cdoe"/);
  }
  for (const template of [
    "{% for offer in items %}{{ offer.cdoe }}{% endfor %}",
    "{% assign offer = x %}{{ offer.cdoe }}",
    "{{ customer.offer.cdoe }}",
  ]) {
    expect(() => sms.compile(template)).not.toThrow();
  }
});

/** A tag as many a plugin has it: it evaluates its argument synchronously, whatever the render is. */
function registerShow(liquid: Shop["liquid"]): void {
  liquid.registerTag("show", {
    parse(token) {
      this.value = token.args;
    },
    render(context) {
      return `${this.liquid.evalValueSync(this.value as string, context)}`;
    },
  });
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const piece of stream) text += piece;
  return text;
}
