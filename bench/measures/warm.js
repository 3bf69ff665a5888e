// @ts-check
import asyncHelpers from "handlebars-async-helpers";
import { importCodes, memoryStore } from "offer-code";
import promised from "promised-handlebars";
import { perSecond } from "../compare.js";
import { codeTexts, messageTo, readyResolver } from "../redis.js";
import { DATA, ourHandlebars, ourLiquid, plainHandlebars, plainLiquid, promisedHandlebars } from "../templates.js";

export const SUBSCRIBERS = 1000;
const RIVAL_RENDERS = 5000;

/** @typedef {import("../measures.js").Measure} Measure */

/** Creates a resolver with every subscriber's code in its cache: each was sent two messages before. */
export async function warmResolver() {
  const store = memoryStore();
  await store.saveOffer({ id: "welcome10", name: "10% off" });
  await importCodes(store, "welcome10", codeTexts(SUBSCRIBERS + 1), { batch: "2026-11" });
  const resolver = await readyResolver(store);
  for (const campaign of ["first", "second"]) {
    await resolver.resolveMany(Array.from({ length: SUBSCRIBERS }, (_, n) => messageTo(n, campaign)));
  }
  return resolver;
}

/**
 * Renders message after message, each a new object, as a sender does.
 *
 * @param {(data: object, message: import("offer-code").Message) => Promise<string>} template
 * @param {number} renders
 */
function ourRenders(template, renders) {
  return perSecond(renders, async () => {
    for (let n = 0; n < renders; n++) await template({ ...DATA }, messageTo(n % SUBSCRIBERS));
  });
}

/** @type {Measure} */
export const warmHandlebars = {
  name: "warm-handlebars",
  what: "warm render, Handlebars",
  against: "Handlebars itself, the code a plain string",
  unit: "renders/s",
  goal: 0.85,
  async pair({ scale }) {
    const renders = scale(200_000);
    const resolver = await warmResolver();
    const ours = ourHandlebars(resolver);
    const theirs = plainHandlebars();
    return {
      ours: () => ourRenders(ours, renders),
      theirs: () =>
        perSecond(renders, () => {
          for (let n = 0; n < renders; n++) theirs({ ...DATA, code: messageTo(n % SUBSCRIBERS).id });
        }),
      end: () => resolver.close(),
    };
  },
};

/** @type {Measure} */
export const warmLiquid = {
  name: "warm-liquid",
  what: "warm render, Liquid",
  against: "LiquidJS's async render, the code a plain string",
  unit: "renders/s",
  goal: 0.95,
  async pair({ scale }) {
    const renders = scale(60_000);
    const resolver = await warmResolver();
    const ours = ourLiquid(resolver);
    const theirs = plainLiquid();
    return {
      ours: () => ourRenders(ours, renders),
      theirs: () =>
        perSecond(renders, async () => {
          for (let n = 0; n < renders; n++) await theirs({ ...DATA, code: messageTo(n % SUBSCRIBERS).id });
        }),
      end: () => resolver.close(),
    };
  },
};

/**
 * @param {(engine: typeof import("handlebars")) => typeof import("handlebars")} makeAsync
 * @param {(scale: (full: number) => number) => { renders: number, theirRenders: number }} sizes
 * @returns {Measure["pair"]}
 */
function againstPromises(makeAsync, sizes) {
  return async ({ scale }) => {
    const { renders, theirRenders } = sizes(scale);
    const resolver = await warmResolver();
    const ours = ourHandlebars(resolver);
    return {
      ours: () => ourRenders(ours, renders),
      theirs: () => {
        const theirs = promisedHandlebars(makeAsync, () => Promise.resolve("SAVE-000001-ABCD"));
        return perSecond(theirRenders, async () => {
          for (let n = 0; n < theirRenders; n++) await theirs({ ...DATA });
        });
      },
      end: () => resolver.close(),
    };
  };
}

/** @type {Measure} */
export const warmPromised = {
  name: "warm-promised-handlebars",
  what: "warm render, Handlebars",
  against: "promised-handlebars 2, the value already known",
  unit: "renders/s",
  goal: 2,
  pair: againstPromises(promised, (scale) => ({ renders: scale(200_000), theirRenders: scale(30_000) })),
};

/** @type {Measure} */
export const warmAsyncHelpers = {
  name: "warm-handlebars-async-helpers",
  what: "warm render, Handlebars",
  against: "handlebars-async-helpers 1, its first 5,000 renders",
  unit: "renders/s",
  goal: 20,
  pair: againstPromises(asyncHelpers, (scale) => ({ renders: scale(200_000), theirRenders: RIVAL_RENDERS })),
};
