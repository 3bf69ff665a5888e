import { createHmac } from "node:crypto";
import { createResolver, memoryStore } from "offer-code";
import { redeemOrder, verifySignature } from "offer-code/shopify";
import { describe, expect, test } from "vitest";
import { message, NOON, stock } from "../fixtures.js";

const order = {
  id: 8_209_829,
  created_at: "2026-11-03T12:00:00-05:00",
  discount_codes: [
    { code: "a1", amount: "10.00", type: "percentage" },
    { code: "SUMMER SALE", amount: "5.00", type: "fixed_amount" },
    { code: "OTHER", amount: "0.00", type: "shipping" },
  ],
  line_items: [{ sku: "x" }],
};

describe("an order redeems its codes", () => {
  test("whatever their letter case, at the order's own instant, and leaves the shop's other codes alone", async () => {
    const store = memoryStore();
    await stock(store);
    const redeemedAt = new Date("2026-11-03T17:00:00Z");
    expect(await redeemOrder(store, order)).toEqual([
      {
        code: "a1",
        redemption: { status: "redeemed", code: "A1", offerId: "welcome", subscriberId: null, redeemedAt },
      },
      { code: "SUMMER SALE", redemption: { status: "unknown-code" } },
      { code: "OTHER", redemption: { status: "unknown-code" } },
    ]);
  });

  test("once, when the webhook comes twice", async () => {
    const store = memoryStore();
    await stock(store);
    await redeemOrder(store, order);
    const again = await redeemOrder(store, { ...order, created_at: "2027-01-01T00:00:00Z" });
    expect(again[0]?.redemption).toMatchObject({
      status: "already-redeemed",
      redeemedAt: new Date(order.created_at),
    });
  });

  test("so that the next message gets another", async () => {
    const store = memoryStore();
    await stock(store);
    const resolver = createResolver({ store, now: () => NOON });
    expect((await resolver.resolve(message({ id: "m1" }))).code).toBe("A1");
    const [redeemed] = await redeemOrder(resolver, order);
    expect(redeemed?.redemption).toMatchObject({ status: "redeemed", redeemedAt: new Date(order.created_at) });
    expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: "B2", reason: "redeemed" });
    await resolver.close();
  });

  test("at an instant that is handed in where the order has none, and each code once", async () => {
    const store = memoryStore();
    await stock(store);
    const codes = { discount_codes: [{ code: "A1" }, { code: " A1 " }, { code: "" }], processed_at: null };
    expect(await redeemOrder(store, codes, { at: NOON })).toMatchObject([
      { code: "A1", redemption: { redeemedAt: new Date(NOON) } },
    ]);
    expect(await redeemOrder(store, { discount_codes: [] })).toEqual([]);
  });

  test.each([
    [undefined, "order: expected an order, but got: undefined"],
    ["{}", 'order: expected an order, but got: "{}"'],
    [{}, "order.discount_codes: expected a list of discount codes, but got: undefined"],
    [{ discount_codes: [{ code: 7 }] }, "order.discount_codes[0].code: expected a code, but got: 7"],
    [{ discount_codes: ["A1"] }, 'order.discount_codes[0]: expected an object with a code, but got: "A1"'],
  ])("or refuses what is none: %j", async (body, complaint) => {
    await expect(redeemOrder(memoryStore(), body)).rejects.toThrow(complaint);
  });
});

describe("a webhook's signature", () => {
  const secret = "hush";
  const body = '{"discount_codes":[{"code":"Grüße"}]}';
  const signature = createHmac("sha256", secret).update(body).digest("base64");

  test("holds for the very bytes that were signed", () => {
    expect(verifySignature(body, signature, secret)).toBe(true);
    expect(verifySignature(Buffer.from(body), signature, secret)).toBe(true);
  });

  test.each<[string, string, string | string[] | undefined, string]>([
    ["another body", `${body} `, signature, secret],
    ["another secret", body, signature, "hush!"],
    ["no header", body, undefined, secret],
    ["an empty header", body, "", secret],
    ["two headers", body, [signature, signature], secret],
    ["a header cut short", body, signature.slice(0, -8), secret],
    ["a header that is no base64", body, "§§§", secret],
  ])("does not hold for %s", (_, text, header, key) => {
    expect(verifySignature(text, header, key)).toBe(false);
  });

  test("cannot be asked for without a secret", () => {
    expect(() => verifySignature(body, signature, "")).toThrow("secret: expected the app's client secret");
  });
});
