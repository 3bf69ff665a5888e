import { createResolver, memoryStore } from "offer-code";
import { discountUpload, importDiscount } from "offer-code/shopify";
import { describe, expect, test } from "vitest";
import { message, stock } from "../fixtures.js";

const discount = {
  title: "Spring",
  startsAt: "2026-11-01T05:00:00Z",
  endsAt: "2026-12-01T04:59:59Z",
  codes: { nodes: [{ code: "A1", asyncUsageCount: 0 }, { code: "B2" }], pageInfo: { hasNextPage: false } },
};

describe("a discount of a shop becomes an upload", () => {
  test("under its days in the offer's time zone", () => {
    expect(discountUpload(discount, { timeZone: "America/New_York" })).toEqual({
      codes: ["A1", "B2"],
      options: { batch: "Spring 2026-11-01 to 2026-11-30", startsOn: "2026-11-01", endsOn: "2026-11-30" },
    });
  });

  test.each([
    ["2026-11-30T23:59:59Z", "2026-11-30"],
    ["2026-12-01T00:00:00Z", "2026-11-30"],
    ["2026-11-30T23:58:00Z", "2026-11-29"],
    ["2026-11-30T12:00:00Z", "2026-11-29"],
  ])("that ends with the last whole day: %s -> %s", (endsAt, endsOn) => {
    expect(discountUpload({ ...discount, endsAt }).options).toMatchObject({ startsOn: "2026-11-01", endsOn });
  });

  test("without an end where it has none, from a node, its edges or a plain list", () => {
    const codes = [{ code: "A1" }];
    for (const shape of [{ edges: [{ node: { code: "A1" } }] }, { nodes: codes }, codes]) {
      const node = {
        id: "gid://shopify/DiscountCodeNode/1",
        codeDiscount: { ...discount, endsAt: null, codes: shape },
      };
      expect(discountUpload(node, { batch: "b" })).toEqual({
        codes: ["A1"],
        options: { batch: "b", startsOn: "2026-11-01" },
      });
    }
  });

  test.each([
    [null, "discount: expected a code discount, but got: null"],
    [
      { ...discount, startsAt: "soon" },
      'discount.startsAt: expected an instant such as 2026-11-30T23:59:59Z, but got: "soon"',
    ],
    [{ ...discount, codes: "A1" }, 'discount.codes: expected codes: { nodes: [{ code }] }, but got: "A1"'],
    [{ ...discount, endsAt: "2026-11-01T20:00:00Z" }, "there is no whole day in UTC"],
  ])("or is refused: %#", (value, complaint) => {
    expect(() => discountUpload(value)).toThrow(complaint);
  });
});

test("its codes are given out until the shop ends them", async () => {
  const store = memoryStore();
  await stock(store, { kind: "integrated", window: { type: "custom-period" }, timeZone: "America/New_York" }, []);
  expect(await importDiscount(store, "welcome", discount)).toMatchObject({ added: 2 });
  let at = Date.parse("2026-12-01T04:59:58Z");
  const resolver = createResolver({ store, cache: false, now: () => at });
  expect(await resolver.resolve(message())).toMatchObject({ code: "A1", expiresAt: new Date("2026-12-01T05:00:00Z") });
  at += 2000;
  expect(await resolver.resolve(message({ id: "m2" }))).toMatchObject({ code: null, reason: "no-open-batch" });
  await resolver.close();
});
