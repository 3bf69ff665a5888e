// What every stack has to do, whichever way it calls its engine: one suite, run by a test file of each stack.
import { createResolver, type Message, memoryStore, type Resolver } from "offer-code";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeList, left, message, stock } from "../fixtures.js";

export type MailData = { readonly name: string; readonly quiet?: boolean };
type RenderFor = (message: Message, data: MailData) => Promise<string>;

/** A stack as its example opens it. With `quiet` data its templates do not reach the offer. */
export type Stack = {
  /** The recipe. */
  readonly renderFor: RenderFor;
  /** The stack by itself, where no message is known. */
  readonly render?: (data: MailData) => Promise<string>;
  /** Further ways to the same mail, such as a template of `compile`. */
  readonly others?: Readonly<Record<string, RenderFor>>;
  /** How many mails were handed to the transport, where the stack sends. */
  readonly sent?: () => number;
  readonly close?: () => Promise<void>;
};

const CODES = 60;
const CROWD = Array.from({ length: 20 }, (_, place) => `person${place}`);
const CODE = /\bK\d+X\b/g;

export function describeStack(name: string, open: (resolver: Resolver) => Stack | Promise<Stack>): void {
  const store = memoryStore();
  const resolver = createResolver({ store });
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  let stack: Stack;

  beforeAll(async () => {
    process.on("unhandledRejection", note);
    await stock(store, {}, [{ id: "b1", codes: codeList("K", CODES).map((code) => `${code}X`) }]);
    await store.saveOffer({ id: "empty" });
    stack = await open(resolver);
  });

  afterAll(async () => {
    await stack.close?.();
    await resolver.close();
    await new Promise(setImmediate);
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  describe(name, () => {
    test("throws where no message is known, before and after one was", async () => {
      const { render } = stack;
      if (render === undefined) return;
      const sentBefore = stack.sent?.();
      await expectRejection(render({ name: "Ann" }), "OfferTemplateError");
      expect(stack.sent?.()).toBe(sentBefore);
      await stack.renderFor(message({ id: "first", subscriberId: "first" }), { name: "Ann" });
      await expectRejection(render({ name: "Ann" }), "OfferTemplateError");
      expect(await render({ name: "Ann", quiet: true })).toContain("Hi Ann.");
    });

    test("shows one code in all parts of a message, cold and warm, and takes no other", async () => {
      const before = await left(store);
      const mail = message({ id: "warm-1", subscriberId: "warm" });
      const cold = await stack.renderFor(mail, { name: "Ann" });
      const [code] = codesOf(cold);
      expect(cold).toContain("Hi Ann, your code is ");
      expect(code).toBeDefined();
      expect(codesOf(cold)).toEqual([code]);
      expect(await stack.renderFor(mail, { name: "Ann" })).toBe(cold);
      for (const render of Object.values(stack.others ?? {}))
        expect(codesOf(await render(mail, { name: "Ann" }))).toEqual([code]);
      const next = await stack.renderFor({ ...mail, id: "warm-2" }, { name: "Ann" });
      expect(codesOf(next)).toEqual([code]);
      expect(await left(store)).toBe(before - 1);
    });

    test("takes no code for a branch that is not taken", async () => {
      const before = await left(store);
      const text = await stack.renderFor(message({ id: "quiet", subscriberId: "quiet" }), { name: "Ann", quiet: true });
      expect(text).toContain("Hi Ann.");
      expect(await left(store)).toBe(before);
    });

    test("rejects where the pool is empty", async () => {
      const mail = message({ id: "none", subscriberId: "none", offerId: "empty" });
      const sentBefore = stack.sent?.();
      await expectRejection(stack.renderFor(mail, { name: "Ann" }), "OfferUnavailableError");
      expect(stack.sent?.()).toBe(sentBefore);
      for (const render of Object.values(stack.others ?? {}))
        await expectRejection(render(mail, { name: "Ann" }), "OfferUnavailableError");
    });

    test("keeps 20 messages that are rendered at once apart", async () => {
      const mails = CROWD.map((subscriberId) => message({ id: `to-${subscriberId}`, subscriberId }));
      const sentBefore = stack.sent?.() ?? 0;
      const texts = await Promise.all(mails.map((mail) => stack.renderFor(mail, { name: mail.subscriberId })));
      for (const [place, text] of texts.entries()) {
        expect(text).toContain(`Hi ${CROWD[place]}, your code is `);
        const { code } = await resolver.resolve(mails[place]!);
        expect(codesOf(text)).toEqual([code]);
      }
      expect(new Set(texts.flatMap(codesOf)).size).toBe(CROWD.length);
      if (stack.sent !== undefined) expect(stack.sent() - sentBefore).toBe(CROWD.length);
    });
  });
}

/** The different codes of a text. */
function codesOf(text: string): string[] {
  return [...new Set(text.match(CODE) ?? [])];
}

/** Engines wrap what a template throws, and say so by `cause` or `originalError`. */
async function expectRejection(rendering: Promise<string>, name: string): Promise<void> {
  const names: string[] = [];
  let error: unknown = await rendering.then(
    (text) => new Error(`It rendered ${text}`),
    (reason) => reason,
  );
  while (error instanceof Error) {
    names.push(error.name === name ? name : `${error.name}: ${error.message}`);
    error = error.cause ?? (error as { originalError?: unknown }).originalError;
  }
  expect(names).toContain(name);
}
