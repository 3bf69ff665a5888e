import { createResolver, memoryStore, OfferUnavailableError, type WhenUnavailable } from "offer-code";
import { describe, expect, test } from "vitest";
import { lookup } from "../../src/internal.js";
import { message, stock } from "../fixtures.js";

async function emptyOffer(whenUnavailable: WhenUnavailable) {
  const store = memoryStore();
  await stock(store, { whenUnavailable }, []);
  return createResolver({ store });
}

describe("resolveOrThrow", () => {
  test("gives the code of the offer that resolve would name", async () => {
    const store = memoryStore();
    await stock(store);
    await stock(store, { id: "vip" }, [{ id: "b1", codes: ["V1"] }]);
    const resolver = createResolver({ store });
    expect(await resolver.resolveOrThrow(message())).toMatchObject({ code: "A1", reason: "first-code" });
    expect(await resolver.resolveOrThrow(message(), "vip")).toMatchObject({ code: "V1", offerId: "vip" });
  });

  test("rejects where the offer says abort, and where there is no such offer", async () => {
    const resolver = await emptyOffer({ action: "abort" });
    const error = await resolver.resolveOrThrow(message()).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(OfferUnavailableError);
    expect(error.message).toBe('Offer "welcome" has no code for subscriber "ann": its pool is empty (pool-empty)');
    expect(error.resolution).toMatchObject({ code: null, reason: "pool-empty", onMissing: "abort" });
    await expect(resolver.resolveOrThrow(message(), "none")).rejects.toThrow("there is no such offer (unknown-offer)");
  });

  test("resolves with the fallback, and with no code where the offer says omit", async () => {
    const fallback = await emptyOffer({ action: "fallback", code: "SAVE5" });
    expect(await fallback.resolveOrThrow(message())).toMatchObject({ code: "SAVE5", isFallback: true });
    const omit = await emptyOffer({ action: "omit" });
    expect(await omit.resolveOrThrow(message())).toMatchObject({ code: null, reason: "pool-empty" });
  });

  test("rejects for a wrong message", async () => {
    const resolver = await emptyOffer({ action: "omit" });
    await expect(resolver.resolveOrThrow(message({ id: "" }))).rejects.toThrow("message.id: expected");
  });
});

describe("lookup", () => {
  test("answers at once what this process knows, and with a promise what only the store knows", async () => {
    const store = memoryStore();
    await stock(store);
    const resolver = createResolver({ store });
    const mine = message();
    const cold = lookup(resolver, mine);
    expect(cold).toBeInstanceOf(Promise);
    expect(await cold).toMatchObject({ code: "A1", reason: "first-code" });
    expect(lookup(resolver, mine)).toMatchObject({ code: "A1", reason: "same-message" });
  });

  test("goes through the caller's own resolve where the resolver is a wrapped one", async () => {
    const store = memoryStore();
    await stock(store);
    const resolver = createResolver({ store });
    const seen: string[] = [];
    const wrapped = {
      ...resolver,
      resolve: (...args: Parameters<typeof resolver.resolve>) => {
        seen.push(args[0].id);
        return resolver.resolve(...args);
      },
    };
    const mine = message();
    expect(await lookup(wrapped, mine)).toMatchObject({ code: "A1" });
    expect(lookup(wrapped, mine)).toMatchObject({ code: "A1", reason: "same-message" });
    expect(seen).toEqual(["m1"]);
  });
});
