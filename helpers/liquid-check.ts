import type { Template } from "liquidjs";
import { OfferTemplateError } from "../src/internal.js";
import { innerTemplates } from "./offer-output.js";
import { isOfferField, UNKNOWN_FILTER_ARGUMENT, unknownField } from "./view.js";

/** A token of a parsed template: a path, a range, a value with filters, or a literal. */
type Token = {
  content?: unknown;
  props?: Token[];
  lhs?: Token;
  rhs?: Token;
  initial?: { postfix: Token[] };
  filters?: Filter[];
  getPosition?(): [line: number, column: number];
};
type Filter = { name: string; args: (Token | [string, Token | undefined])[] };

/** The parts of a template that the engine offers for its own analysis. */
type Analysed = {
  token: Token;
  arguments?(): Iterable<Token>;
  localScope?(): Iterable<{ content: string }>;
  blockScope?(): Iterable<string>;
};

/**
 * Refuses a misspelt field of an offer, and an argument that `offer_code` does not have, before anything is rendered: so they cost no code.
 * In files they are refused when they are read.
 *
 * The engine's own analysis looks up the line of each variable from the start of the text, which takes quadratic time. Here only what is
 * refused is looked up.
 */
export function checkOffers(templates: readonly Template[]): void {
  checkAll(templates, { assigned: { offer: false }, isBlock: false });
}

/** Whether a variable named `offer` hides the message's: one assigned anywhere before, or that of the block around. */
type Scope = { assigned: { offer: boolean }; isBlock: boolean };

function checkAll(templates: readonly Template[], scope: Scope): void {
  for (const template of templates) {
    const analysed = template as unknown as Analysed;
    for (const value of analysed.arguments?.() ?? []) checkValue(value, analysed.token, scope);
    for (const { content } of analysed.localScope?.() ?? []) scope.assigned.offer ||= content === "offer";
    const names = [...(analysed.blockScope?.() ?? [])];
    checkAll(innerTemplates(template), { ...scope, isBlock: scope.isBlock || names.includes("offer") });
  }
}

function checkValue(value: Token | undefined, at: Token, scope: Scope): void {
  if (value === undefined) return;
  const { initial, filters = [], props = [], lhs, rhs } = value;
  if (props[0]?.content === "offer" && !scope.assigned.offer && !scope.isBlock) checkField(value, props[1]);
  const nested = [...(initial?.postfix ?? []), ...props, lhs, rhs];
  for (const inner of nested) checkValue(inner, at, scope);
  for (const filter of filters) checkFilter(filter, at, scope);
}

function checkField(path: Token, property: Token | undefined): void {
  const field = property?.content;
  if (typeof field === "string" && !isOfferField(field)) throw refusal(unknownField(field), path);
}

function checkFilter({ name, args }: Filter, at: Token, scope: Scope): void {
  if (name === "offer_code" && args.length > 0) throw refusal(UNKNOWN_FILTER_ARGUMENT, at);
  for (const arg of args) checkValue(Array.isArray(arg) ? arg[1] : arg, at, scope);
}

function refusal(text: string, at: Token): OfferTemplateError {
  const [line, column] = at.getPosition?.() ?? [];
  return new OfferTemplateError(text, line === undefined || column === undefined ? undefined : { line, column });
}
