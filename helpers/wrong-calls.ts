import type Handlebars from "handlebars";
import type { Liquid } from "liquidjs";
import { invalidInput, parseMessage, type Resolver } from "../src/internal.js";

type Fields = Record<string, unknown>;

/** The Handlebars instance that is meant, which may be handed over in the namespace of its module. */
export function checkedHandlebars(given: unknown): typeof Handlebars {
  const engine = fieldsOf(fieldsOf(given).default ?? given);
  if (
    typeof engine.registerHelper !== "function" ||
    typeof engine.VERSION !== "string" ||
    typeof engine.template !== "function"
  )
    throw invalidInput("Handlebars", "an instance of Handlebars, such as hbs.handlebars", given);
  const [major, minor, patch] = engine.VERSION.split(".").map((part) => Number.parseInt(part, 10)) as [
    number,
    number,
    number,
  ];
  if (major !== 4 || minor < 7 || (minor === 7 && patch < 10))
    throw invalidInput("Handlebars.VERSION", "4.7.10 or later, below 5", engine.VERSION);
  return engine as unknown as typeof Handlebars;
}

export function checkLiquid(liquid: Liquid): void {
  const { registerFilter, registerTag } = fieldsOf(liquid);
  if (typeof registerFilter !== "function" || typeof registerTag !== "function")
    throw invalidInput("liquid", "an instance of LiquidJS, as new Liquid() makes it", liquid);
}

export function checkResolver(resolver: Resolver): void {
  if (typeof fieldsOf(resolver).resolve !== "function")
    throw invalidInput("resolver", "a resolver, as createResolver({ store }) makes it", resolver);
}

/** The message itself is checked when an offer of it is read. */
export function checkRun(message: unknown, fn: unknown): void {
  if (typeof message !== "object" || message === null) parseMessage(message);
  if (typeof fn !== "function") throw invalidInput("fn", "a function that renders, after the message", fn);
}

function fieldsOf(value: unknown): Fields {
  return (typeof value === "object" && value !== null) || typeof value === "function" ? (value as Fields) : {};
}
