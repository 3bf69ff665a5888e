import { describe, expect, test } from "vitest";
import { MESSAGE, openShop } from "./shop.js";

type Shop = Awaited<ReturnType<typeof openShop>>;
type Failing = { template: string; data?: unknown; options?: CompileOptions; prepare?(shop: Shop): void };

const fails = (): never => {
  throw new TypeError("failed");
};

/** Templates that fail before their offer is shown, by code of the caller's or for what the data lacks. */
const FAILING: Record<string, Failing> = {
  "a parent that is missing, with assumeObjects": {
    template: "{{a.b.c}} {{offer.code}}",
    options: { assumeObjects: true },
  },
  "a variable that is missing, strictly": { template: "{{a}} {{offer.code}}", options: { strict: true } },
  "a function in the data": { template: "{{name}} {{offer.code}}", data: { name: fails } },
  "a function deep in the data, tested": { template: "{{#if a.b}}x{{/if}} {{offer.code}}", data: { a: { b: fails } } },
  "a getter in the data": {
    template: "{{a.b}} {{offer.code}}",
    data: {
      a: {
        get b() {
          return fails();
        },
      },
    },
  },
  "an object that cannot be shown": { template: "{{a}} {{offer.code}}", data: { a: { toString: fails } } },
  "a list over which a loop runs": {
    template: "{{#each a}}{{this}}{{/each}} {{offer.code}}",
    data: { a: { [Symbol.iterator]: fails } },
  },
  "helperMissing of the caller's": {
    template: "{{nope}} {{offer.code}}",
    prepare: ({ handlebars }) => handlebars.registerHelper("helperMissing", fails),
  },
  "an if of the caller's": {
    template: "{{#if name}}x{{/if}} {{offer.code}}",
    data: { name: "Ann" },
    prepare: ({ handlebars }) => {
      handlebars.unregisterHelper("if");
      handlebars.registerHelper("if", fails);
    },
  },
  "a decorator of the caller's": {
    template: "{{offer.code}} {{* mark}}",
    prepare: ({ handlebars }) => handlebars.registerDecorator("mark", fails),
  },
  "a helper": {
    template: "{{name}} {{offer.code}}",
    prepare: ({ handlebars }) => handlebars.registerHelper("name", fails),
  },
};

describe("a template that fails before its offer is shown costs no code", () => {
  test.each(Object.entries(FAILING))("%s", async (_, { template, data = {}, options, prepare }) => {
    const shop = await openShop();
    prepare?.(shop);
    await expect(shop.email.compile(template, options)(data, MESSAGE)).rejects.toThrow();
    expect(await shop.codesLeft("welcome10")).toBe(3);
  });

  test.each(Object.entries(FAILING))("%s, come after the template was compiled", async (_, each) => {
    const shop = await openShop();
    const template = shop.email.compile(each.template, each.options);
    each.prepare?.(shop);
    await expect(template(each.data ?? {}, MESSAGE)).rejects.toThrow();
    expect(await shop.codesLeft("welcome10")).toBe(3);
  });
});

describe("a template in which nothing can fail before its offer", () => {
  test.each([
    ["Hi {{name}}, {{customer.first}} {{missing.first}} {{nothing}}", "Hi Ann, Bo  "],
    ["{{#if name}}Hi {{name}}{{else}}Hi{{/if}} {{#unless no}}you{{/unless}}", "Hi Ann you"],
    ["{{!-- {{fail}} --}}{{{customer.age}}}", "7"],
  ])("is rendered once: %s", async (before, text) => {
    const { email, handlebars } = await openShop();
    let runs = 0;
    handlebars.registerHelper("count", () => `${++runs}`);
    const data = { name: "Ann", customer: { first: "Bo", age: 7 }, nothing: null };
    expect(await email.compile(`${before} {{offer.code}} {{count}}`)(data, MESSAGE)).toBe(`${text} A7K2 1`);
  });

  test("with a function in the data shows the same, and the next message is rendered once again", async () => {
    const { email, handlebars } = await openShop();
    let runs = 0;
    handlebars.registerHelper("count", () => `${++runs}`);
    const template = email.compile("{{name}} {{offer.code}} {{count}}");
    const name = function (this: { first: string }) {
      return this.first;
    };
    expect(await template({ name, first: "Ann" }, MESSAGE)).toBe("Ann A7K2 1");
    expect(await template({ name: "Bo" }, { ...MESSAGE, id: "m2" })).toBe("Bo A7K2 2");
  });
});
