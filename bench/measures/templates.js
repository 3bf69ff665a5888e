// @ts-check
import Handlebars from "handlebars";
import { Liquid } from "liquidjs";
import { createResolver, memoryStore } from "offer-code";
import { registerOfferHelpers } from "offer-code/handlebars";
import { registerOfferFilters } from "offer-code/liquid";
import { perSecond } from "../compare.js";
import { messageTo } from "../redis.js";
import { DATA, TEXT } from "../templates.js";
import { SUBSCRIBERS, warmResolver } from "./warm.js";

/** @typedef {import("../measures.js").Measure} Measure */

/** One row of an order, as a shop's mail repeats it. */
const ROW = `<tr><td style="padding: 0 8px">{{ item.title | escape }}</td>
{% if item.sale %}<td>{{ item.price | round: 2 }}</td>{% else %}<td>{{ item.full }}</td>{% endif %}
{% for option in item.options %}<td>{{ option.name }} {{ option.quantity | times: 2 }}</td>{% endfor %}</tr>
`;
const MAIL_LENGTH = 500_000;
const MAIL = `${ROW.repeat(MAIL_LENGTH / ROW.length)}<p>Your code: {{ offer.code }}, until {{ offer.lastDay }}</p>`;

// A ratio of two thirds is one and a half times the time.
/** @type {Measure} */
export const liquidCompile = {
  name: "liquid-compile",
  what: "compile of a Liquid mail of 500 kB",
  against: "LiquidJS's own parse",
  unit: "templates/s",
  goal: 0.66,
  async pair({ scale }) {
    const times = scale(6_000) / 1000;
    const resolver = createResolver({ store: memoryStore() });
    const sms = registerOfferFilters(new Liquid(), resolver);
    const plain = new Liquid();
    /** @param {() => unknown} work */
    const repeated = (work) =>
      perSecond(times, () => {
        for (let n = 0; n < times; n++) work();
      });
    return {
      ours: () => repeated(() => sms.compile(MAIL)),
      theirs: () => repeated(() => plain.parse(MAIL)),
      end: () => resolver.close(),
    };
  },
};

/** @type {Measure} */
export const runHandlebars = {
  name: "run-handlebars",
  what: "warm render by run, Handlebars' own compile",
  against: "email.compile",
  unit: "renders/s",
  goal: 0.35,
  async pair({ scale }) {
    const renders = scale(100_000);
    const resolver = await warmResolver();
    const engine = Handlebars.create();
    const email = registerOfferHelpers(engine, resolver);
    const own = engine.compile(TEXT);
    const compiled = email.compile(TEXT);
    /** @param {(message: import("offer-code").Message) => Promise<string>} render */
    const repeated = (render) =>
      perSecond(renders, async () => {
        for (let n = 0; n < renders; n++) await render(messageTo(n % SUBSCRIBERS));
      });
    return {
      ours: () => repeated((message) => email.run(message, () => own({ ...DATA }))),
      theirs: () => repeated((message) => compiled({ ...DATA }, message)),
      end: () => resolver.close(),
    };
  },
};
