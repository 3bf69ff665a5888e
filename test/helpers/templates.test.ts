import { describe, expect, test } from "vitest";
import type { Message } from "../../src/index.js";
import { MESSAGE, openShop } from "./shop.js";

/**
 * One template, written for both engines. `left`: codes still in the pools afterwards. `partials` are partials in
 * Handlebars, and files for `include` and `render` in Liquid. Where the engines write text differently, `shows` has both.
 */
type Case = {
  handlebars: string;
  liquid: string;
  shows?: string | { handlebars: string; liquid: string };
  rejects?: RegExp;
  data?: Record<string, unknown>;
  message?: Partial<Message>;
  partials?: { handlebars: Record<string, string>; liquid: Record<string, string> };
  left?: Record<string, number>;
};

const CASES: Record<string, Case> = {
  "the message's offer at the root": {
    handlebars: "Hi {{name}}: {{offer.code}}",
    liquid: "Hi {{ name }}: {{ offer.code }}",
    data: { name: "Ann" },
    shows: "Hi Ann: A7K2",
    left: { welcome10: 2, vip20: 2 },
  },
  "the same code wherever it stands in a message": {
    handlebars: "{{offer.code}} {{#if yes}}{{offer.code}}{{/if}} {{offerCode 'welcome10'}}",
    liquid: "{{ offer.code }} {% if yes %}{{ offer.code }}{% endif %} {{ 'welcome10' | offer_code }}",
    data: { yes: true },
    shows: "A7K2 A7K2 A7K2",
    left: { welcome10: 2 },
  },
  "the other fields": {
    handlebars:
      "{{offer.name}}, {{offer.daysLeft}}, {{offer.isNew}}, {{offer.reason}}, {{offer.batch}}, {{offer.offerId}}",
    liquid:
      "{{ offer.name }}, {{ offer.daysLeft }}, {{ offer.isNew }}, {{ offer.reason }}, {{ offer.batch }}, {{ offer.offerId }}",
    shows: "10% off, 90, true, first-code, first, welcome10",
  },
  "flags and instants": {
    handlebars:
      "{{offer.isFallback}} {{offer.isSample}} {{offer.redeemed}} {{#if offer.issuedAt}}{{#if offer.expiresAt}}dated{{/if}}{{/if}}",
    liquid:
      "{{ offer.isFallback }} {{ offer.isSample }} {{ offer.redeemed }} {% if offer.issuedAt and offer.expiresAt %}dated{% endif %}",
    shows: "false false false dated",
  },
  "a loop": {
    handlebars: "{{#each items}}{{this}} {{offer.code}};{{/each}}",
    liquid: "{% for item in items %}{{ item }} {{ offer.code }};{% endfor %}",
    data: { items: ["hat", "scarf"] },
    shows: "hat A7K2;scarf A7K2;",
    left: { welcome10: 2 },
  },
  "a nested loop": {
    handlebars: "{{#each rows}}{{#each this}}{{this}}{{offer.code}} {{/each}}{{/each}}",
    liquid: "{% for row in rows %}{% for cell in row %}{{ cell }}{{ offer.code }} {% endfor %}{% endfor %}",
    data: { rows: [[1, 2], [3]] },
    shows: "1A7K2 2A7K2 3A7K2 ",
  },
  "a loop over nothing, which claims nothing": {
    handlebars: "{{#each items}}{{offer.code}}{{/each}}.",
    liquid: "{% for item in items %}{{ offer.code }}{% endfor %}.",
    data: { items: [] },
    shows: ".",
    left: { welcome10: 3 },
  },
  "with, where the data has an offer of its own": {
    handlebars: "{{#with customer}}{{name}} {{offer.code}}{{/with}}",
    liquid: "{{ customer.name }} {{ offer.code }}",
    data: { customer: { name: "Ann", offer: { code: "WRONG" } } },
    shows: "Ann A7K2",
  },
  "a partial or include in a loop": {
    handlebars: "{{#each items}}{{> card}}{{/each}}",
    liquid: "{% for item in items %}{% include 'card' %}{% endfor %}",
    data: { items: [1, 2] },
    partials: { handlebars: { card: "[{{this}} {{offer.code}}]" }, liquid: { card: "[{{ item }} {{ offer.code }}]" } },
    shows: "[1 A7K2][2 A7K2]",
  },
  "a partial of a partial, or a rendered file that has no other variables": {
    handlebars: "{{> outer}}",
    liquid: "{% render 'outer' %}",
    partials: {
      handlebars: { outer: "({{> inner}})", inner: "{{offer.code}} {{offerCode 'vip20'}}" },
      liquid: { outer: "({% render 'inner' %})", inner: "{{ offer.code }} {{ 'vip20' | offer_code }}" },
    },
    shows: "(A7K2 V111)",
  },
  "another offer": {
    handlebars: '{{offerCode "vip20"}}',
    liquid: '{{ "vip20" | offer_code }}',
    shows: "V111",
    left: { welcome10: 3, vip20: 1 },
  },
  "another offer whose id is data": {
    handlebars: "{{offerCode favourite}}",
    liquid: "{{ favourite | offer_code }}",
    data: { favourite: "vip20" },
    shows: "V111",
  },
  "another offer as a sub-expression, or through further filters": {
    handlebars: '{{#with (offerCode "vip20")}}<{{this}}>{{/with}}',
    liquid: '{{ "vip20" | offer_code | prepend: "<" | append: ">" }}',
    shows: "<V111>",
  },
  "an id that the data does not have": {
    handlebars: "{{offerCode nobody}}",
    liquid: "{{ nobody | offer_code }}",
    rejects: /expected the id of an offer, but got: undefined \(line 1, column \d+\)/,
    left: { welcome10: 3 },
  },
  "if on offer.code with a code": {
    handlebars: "{{#if offer.code}}Use {{offer.code}}{{else}}Sorry{{/if}}",
    liquid: "{% if offer.code %}Use {{ offer.code }}{% else %}Sorry{% endif %}",
    shows: "Use A7K2",
    left: { welcome10: 2 },
  },
  "if on offer.code without a code, where the offer may be omitted": {
    handlebars: "{{#if offer.code}}Use {{offer.code}}{{else}}Sorry, {{offer.name}}: {{offer.reason}}{{/if}}",
    liquid: "{% if offer.code %}Use {{ offer.code }}{% else %}Sorry, {{ offer.name }}: {{ offer.reason }}{% endif %}",
    message: { offerId: "quiet" },
    shows: "Sorry, Quiet: pool-empty",
  },
  "if on the whole offer, which is absent without a code": {
    handlebars: "{{#if offer}}Use {{offer.code}}{{else}}Sorry{{/if}}",
    liquid: "{% if offer %}Use {{ offer.code }}{% else %}Sorry{% endif %}",
    message: { offerId: "quiet" },
    shows: "Sorry",
  },
  "if on the whole offer with a code": {
    handlebars: "{{#if offer}}Use {{offer.code}}{{/if}}",
    liquid: "{% if offer %}Use {{ offer.code }}{% endif %}",
    shows: "Use A7K2",
  },
  "an omitted code that is shown all the same": {
    handlebars: "[{{offer.code}}{{offerCode 'quiet'}}]",
    liquid: "[{{ offer.code }}{{ 'quiet' | offer_code }}]",
    message: { offerId: "quiet" },
    shows: "[]",
  },
  "if on offer.code at an empty pool, which stops the message": {
    handlebars: "{{#if offer.code}}Use {{offer.code}}{{else}}Sorry{{/if}}",
    liquid: "{% if offer.code %}Use {{ offer.code }}{% else %}Sorry{% endif %}",
    message: { offerId: "gone" },
    rejects: /Offer "gone" has no code for subscriber "sub_1": its pool is empty \(pool-empty\)/,
  },
  "any other field at an empty pool, which stops the message": {
    handlebars: "{{offer.reason}}",
    liquid: "{{ offer.reason }}",
    message: { offerId: "gone" },
    rejects: /its pool is empty/,
  },
  "an offer that stops the message before another is reached": {
    handlebars: "{{offerCode 'gone'}} {{offer.code}}",
    liquid: "{{ 'gone' | offer_code }} {{ offer.code }}",
    rejects: /Offer "gone" has no code/,
    left: { welcome10: 3 },
  },
  "only the taken branch": {
    handlebars: "{{#if vip}}{{offerCode 'vip20'}}{{else}}{{offer.code}}{{/if}}",
    liquid: "{% if vip %}{{ 'vip20' | offer_code }}{% else %}{{ offer.code }}{% endif %}",
    data: { vip: true },
    shows: "V111",
    left: { welcome10: 3, vip20: 1 },
  },
  "a comment, which claims nothing": {
    handlebars: "{{! {{offer.code}} {{!-- {{offer.code}} <<offer.code>> --}}.",
    liquid: "{% comment %}{{ offer.code }} <<offer.code>>{% endcomment %}.",
    shows: { handlebars: " .", liquid: "." },
    left: { welcome10: 3 },
  },
  "a template that fails before it reaches the offer": {
    handlebars: "{{nope 1}} {{offer.code}}",
    liquid: "{{ 'x' | date: 'y', 'z' | nope_at_all }}{% render 'nope' %}{{ offer.code }}",
    rejects: /nope/,
    left: { welcome10: 3 },
  },
  "a block with a code": {
    handlebars: '{{#offer "vip20"}}{{offer.code}} {{offer.name}}{{else}}none left{{/offer}}, {{offer.code}}',
    liquid: '{% offer "vip20" %}{{ offer.code }} {{ offer.name }}{% else %}none left{% endoffer %}, {{ offer.code }}',
    shows: "V111 VIP, A7K2",
  },
  "a block without a code, where nothing stops the message": {
    handlebars: '{{#offer "gone"}}{{offer.code}}{{else}}none left, {{offer.code}}{{/offer}}',
    liquid: '{% offer "gone" %}{{ offer.code }}{% else %}none left, {{ offer.code }}{% endoffer %}',
    shows: "none left, A7K2",
  },
  "a block without a code and without an answer": {
    handlebars: '[{{#offer "gone"}}{{offer.code}}{{/offer}}]',
    liquid: '[{% offer "gone" %}{{ offer.code }}{% endoffer %}]',
    shows: "[]",
  },
  "a block over the message's offer": {
    handlebars: "{{#offer}}{{offer.code}}{{else}}none left{{/offer}}",
    liquid: "{% offer %}{{ offer.code }}{% else %}none left{% endoffer %}",
    shows: "A7K2",
  },
  "a block over the message's offer without a code": {
    handlebars: "{{#offer}}{{offer.code}}{{else}}none left{{/offer}}",
    liquid: "{% offer %}{{ offer.code }}{% else %}none left{% endoffer %}",
    message: { offerId: "gone" },
    shows: "none left",
  },
  "a block in a loop, with a partial in it": {
    handlebars: "{{#each ids}}{{#offer this}}{{> card}}{{else}}-{{/offer}}{{/each}}",
    liquid: "{% for id in ids %}{% offer id %}{% render 'card' %}{% else %}-{% endoffer %}{% endfor %}",
    data: { ids: ["vip20", "gone", "welcome10"] },
    partials: { handlebars: { card: "[{{offer.code}}]" }, liquid: { card: "[{{ offer.code }}]" } },
    shows: "[V111]-[A7K2]",
  },
  "a block in a block": {
    handlebars: '{{#offer "vip20"}}{{#offer "odd"}}{{{offer.code}}}{{/offer}} {{offer.code}}{{/offer}}',
    liquid: '{% offer "vip20" %}{% offer "odd" %}{{ offer.code }}{% endoffer %} {{ offer.code }}{% endoffer %}',
    shows: "A&B<C V111",
  },
  "a fallback code": {
    handlebars: "{{offer.code}} {{offer.isFallback}} {{#offer}}{{offer.code}}{{/offer}}",
    liquid: "{{ offer.code }} {{ offer.isFallback }} {% offer %}{{ offer.code }}{% endoffer %}",
    message: { offerId: "spare" },
    shows: "SPARE5 true SPARE5",
  },
  "a code with signs of HTML": {
    handlebars: "{{offer.code}} {{{offer.code}}} {{offerCode 'odd'}}",
    liquid: "{{ offer.code | escape }} {{ offer.code }} {{ 'odd' | offer_code | escape }}",
    message: { offerId: "odd" },
    shows: "A&amp;B&lt;C A&B<C A&amp;B&lt;C",
  },
  "macro notation": {
    handlebars: "<<offer.code>> << offer.name >> <<{{name}}>> <<other.code>> << 3",
    liquid: "<<offer.code>> << offer.name >> <<{{ name }}>> <<other.code>> << 3",
    data: { name: "Ann" },
    shows: "A7K2 10% off <<Ann>> <<other.code>> << 3",
  },
  "macro notation in a loop, a block and a partial": {
    handlebars: "{{#each items}}<<offer.code>>{{/each}}{{#offer 'vip20'}}<<offer.code>>{{/offer}}{{> card}}",
    liquid:
      "{% for item in items %}<<offer.code>>{% endfor %}{% offer 'vip20' %}<<offer.code>>{% endoffer %}{% render 'card' %}",
    data: { items: [1] },
    partials: { handlebars: { card: "<<offer.code>>" }, liquid: { card: "<<offer.code>>" } },
    shows: "A7K2V111A7K2",
  },
  "macro notation in a string, which is no text": {
    handlebars: "{{#with '<<offer.code>>'}}{{{this}}}{{/with}}",
    liquid: "{{ '<<offer.code>>' }}{% assign x = '<<offer.code>>' %}",
    shows: "<<offer.code>>",
    left: { welcome10: 3 },
  },
  "a field that no offer has": {
    handlebars: "Hi\n  {{offer.cdoe}}",
    liquid: "Hi\n  {{ offer.cdoe }}",
    rejects: /an offer has no field "cdoe", it has code, name, .*\(line 2, column [56]\)$/,
    left: { welcome10: 3 },
  },
  "a field that no offer has, as a macro": {
    handlebars: "Hi\n\n  <<offer.cdoe>>",
    liquid: "Hi\n\n  <<offer.cdoe>>",
    rejects: /an offer has no field "cdoe".*\(line 3, column [35]\)$/,
  },
  "an offer shown without a field": {
    handlebars: "{{offer}}",
    liquid: "{{ offer }}",
    rejects: /offer alone shows nothing: name a field, such as offer.code/,
  },
  "an offer that does not exist": {
    handlebars: "{{offerCode 'nope'}}",
    liquid: "{{ 'nope' | offer_code }}",
    rejects: /Offer "nope" has no code for subscriber "sub_1": there is no such offer \(unknown-offer\)/,
  },
  "data with an offer of its own": {
    handlebars: "{{offer.code}}",
    liquid: "{{ offer.code }}",
    data: { offer: { code: "MINE" } },
    rejects: /^data.offer: expected no such field, as offer means the message's offer, but got: {"code":"MINE"}$/,
    left: { welcome10: 3 },
  },
  "a variable named offer, which hides it": {
    handlebars: "{{#each items as |offer|}}{{offer.title}}{{/each}} {{offer.code}}",
    liquid:
      "{% for offer in items %}{{ offer.title }}{% endfor %} {{ offer.code }}{% assign offer = 'mine' %} {{ offer }}",
    data: { items: [{ title: "Hat" }] },
    shows: { handlebars: "Hat A7K2", liquid: "Hat A7K2 mine" },
  },
  "an auto-response, which means the sign-up offer": {
    handlebars: "{{offer.code}} {{offerCode 'welcome10'}} {{offer.name}}",
    liquid: "{{ offer.code }} {{ 'welcome10' | offer_code }} {{ offer.name }}",
    message: { type: "auto-response", signUpOfferId: "vip20" },
    shows: "V111 V111 VIP",
    left: { welcome10: 3, vip20: 1 },
  },
  "a message without an offer": {
    handlebars: "{{offer.code}}",
    liquid: "{{ offer.code }}",
    message: { offerId: undefined },
    rejects: /^message.offerId: expected an offer id/,
  },
  "a wrong message": {
    handlebars: "{{offer.code}}",
    liquid: "{{ offer.code }}",
    message: { type: "newsletter" as "campaign" },
    rejects:
      /^message.type: expected "campaign", "journey", "auto-response" or "already-subscribed", but got: "newsletter"$/,
  },
  "a syntax error in line 3": {
    handlebars: "{{offer.code}}\nHi\n {{#if name}\n{{/if}}",
    liquid: "{{ offer.code }}\nHi\n {% if %}\n{% endif %}",
    rejects: /\(line 3, column \d+\)$/,
    left: { welcome10: 3 },
  },
  "a block that is not closed": {
    handlebars: "Hi\n{{#offer 'vip20'}}{{offer.code}}",
    liquid: "Hi\n{% offer 'vip20' %}{{ offer.code }}",
    rejects: /\(line 2, column \d+\)$/,
  },
  "a syntax error in a partial": {
    handlebars: "{{offer.code}}\n{{> card}}",
    liquid: "{{ offer.code }}\n{% render 'card' %}",
    partials: { handlebars: { card: "Hi\n{{#if name}" }, liquid: { card: "Hi\n{% if %}{% endif %}" } },
    rejects: /card: .*\(line 2, column \d+\)$/s,
  },
};

describe.each(Object.entries(CASES))("%s", (_, each) => {
  test.each(["handlebars", "liquid"] as const)("in %s", async (engine) => {
    const shop = await openShop({ templates: each.partials?.liquid ?? {} });
    shop.handlebars.registerPartial(each.partials?.handlebars ?? {});
    const message = { ...MESSAGE, ...each.message };
    const data = each.data ?? {};
    const rendered =
      engine === "handlebars"
        ? (async () => shop.email.compile(each.handlebars)(data, message))()
        : (async () => shop.sms.compile(each.liquid)(data, message))();
    if (each.rejects) await expect(rendered).rejects.toThrow(each.rejects);
    else expect(await rendered).toBe(typeof each.shows === "object" ? each.shows[engine] : each.shows);
    for (const [offerId, left] of Object.entries(each.left ?? {})) expect(await shop.codesLeft(offerId)).toBe(left);
  });
});
