import { describe, expect, test } from "vitest";
import { InvalidInputError, OfferUnavailableError, renderWithOffer } from "../../src/index.js";
import { MESSAGE, openShop } from "./shop.js";

const GONE = { ...MESSAGE, offerId: "gone" };

describe("renderWithOffer", () => {
  test("shows the offer that the function reads, and gives the same code again", async () => {
    const { resolver, codesLeft } = await openShop();
    const render = () =>
      renderWithOffer(resolver, MESSAGE, (offer) => `${offer.code}, ${offer.name}, ${offer.daysLeft}`);
    expect(await render()).toBe("A7K2, 10% off, 90");
    expect(await render()).toBe("A7K2, 10% off, 90");
    expect(await codesLeft("welcome10")).toBe(2);
  });

  test("waits for an async function, and returns whatever it returns", async () => {
    const { resolver } = await openShop();
    const rendered = renderWithOffer(resolver, MESSAGE, async (offer) => {
      await Promise.resolve();
      return { subject: offer.code, html: `<b>${offer.code}</b>` };
    });
    expect(await rendered).toEqual({ subject: "A7K2", html: "<b>A7K2</b>" });
  });

  test("claims nothing where the offer is not read", async () => {
    const { resolver, codesLeft } = await openShop();
    expect(await renderWithOffer(resolver, MESSAGE, (offer) => (offer ? "Hi" : offer))).toBe("Hi");
    expect(await codesLeft("welcome10")).toBe(3);
  });

  test("hands on all fields to an engine that copies its data", async () => {
    const { resolver } = await openShop();
    const copy = await renderWithOffer(resolver, MESSAGE, (offer) => ({ ...offer }));
    expect(copy).toMatchObject({ code: "A7K2", name: "10% off", offerId: "welcome10", isNew: true });
  });

  test("rejects at an empty pool, also where the function swallows the error", async () => {
    const { resolver } = await openShop();
    await expect(renderWithOffer(resolver, GONE, (offer) => `${offer.code}`)).rejects.toThrow(OfferUnavailableError);
    const swallowing = renderWithOffer(resolver, GONE, (offer) => {
      try {
        return `${offer.code}`;
      } catch {
        return "no code";
      }
    });
    await expect(swallowing).rejects.toThrow(OfferUnavailableError);
  });

  test("shows a fallback code, and an omitted one as null", async () => {
    const { resolver } = await openShop();
    const codeOf = (offerId: string) => renderWithOffer(resolver, { ...MESSAGE, offerId }, (offer) => offer.code);
    expect(await codeOf("spare")).toBe("SPARE5");
    expect(await codeOf("quiet")).toBeNull();
  });

  test("is refused with a sentence where something is forgotten", async () => {
    const { resolver } = await openShop();
    const call = renderWithOffer as (...args: unknown[]) => Promise<unknown>;
    await expect(call(MESSAGE, () => "")).rejects.toThrow("resolver: expected a resolver, as createResolver");
    await expect(call(resolver, () => "")).rejects.toThrow(/^message: expected a message, but got: a function$/);
    await expect(call(resolver, MESSAGE)).rejects.toThrow("fn: expected a function that renders, after the message");
    const wrong = call(resolver, { ...MESSAGE, type: "news" }, (offer: { code: string }) => offer.code);
    await expect(wrong).rejects.toThrow(InvalidInputError);
  });

  test("throws what the function throws, and an error of its own is not taken for a missing offer", async () => {
    const { resolver } = await openShop();
    const rendered = renderWithOffer(resolver, MESSAGE, (offer) => {
      if (offer.code === "A7K2") throw new TypeError("broken");
      return "";
    });
    await expect(rendered).rejects.toThrow(TypeError);
  });
});
