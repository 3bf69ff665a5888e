import { createResolver, type MessageType, type OfferStore } from "offer-code";
import { beforeAll, describe, expect, test } from "vitest";
import { MESSAGE_TYPES } from "../../src/internal.js";
import { previewAnswer } from "../../src/preview/answers.js";
import type { Supposition } from "../../src/preview/api.js";
import { OfferBook } from "../../src/preview/offer-book.js";
import { sampleShop } from "../../src/preview/sample-shop.js";
import { openWorkspace, type Workspace } from "../../src/preview/workspace.js";
import { CHECKOUT } from "../setup/documentation.js";

const NOW = Date.parse("2026-11-23T14:00:00Z");
const DAY = 86_400_000;
const TYPES = Object.keys(MESSAGE_TYPES) as MessageType[];
const OFFERS = ["welcome10", "holiday", "vip20", "restock5", "no-such-offer"];

let workspace: Workspace;
let store: OfferStore;
let subscribers: string[];

beforeAll(async () => {
  workspace = await openWorkspace(`${CHECKOUT}/examples/preview`, { now: () => NOW });
  store = await sampleShop(workspace.folder);
  subscribers = workspace.folder.definition.subscribers.map(({ id }) => id);
});

const ask = (
  book: OfferBook,
  subscriberId: string,
  type: MessageType,
  offerId: string,
  now = NOW,
  suppose: Supposition[] = [],
) =>
  previewAnswer(book, { id: "offer-code preview", type, subscriberId, offerId }, undefined, {
    now,
    suppositions: new Set(suppose),
  });

describe("the answers of a preview", () => {
  test.each([
    0, 8, 39, 100,
  ])("are those that the resolver would give %d days on, for everybody, every type and every offer", async (days) => {
    const now = NOW + days * DAY;
    const book = new OfferBook(store, subscribers);
    const resolver = createResolver({ store, now: () => now });
    for (const offerId of OFFERS) {
      for (const subscriberId of subscribers.filter((id) => id !== "sub_ivan" || days > 15)) {
        for (const type of TYPES) {
          const message = { id: "offer-code preview", type, subscriberId, offerId };
          const { resolution } = await previewAnswer(book, message, undefined, { now, suppositions: new Set() });
          expect(resolution).toEqual(await resolver.peek(message));
        }
      }
    }
    await resolver.close();
  });

  test("take one round of reads for each offer, however many subscribers, types and dates", async () => {
    const calls: string[] = [];
    const counted = new Proxy(store, {
      get:
        (own, name) =>
        (...args: unknown[]) => {
          calls.push(`${String(name)} ${typeof args[0] === "string" && name !== "findCode" ? args[0] : ""}`.trim());
          return (Reflect.get(own, name) as (...all: unknown[]) => unknown)(...args);
        },
    });
    const many = Array.from({ length: 50 }, (_, place) => `sub_${place}`);
    const book = new OfferBook(counted, many);
    for (const now of [NOW, NOW + DAY, NOW + 90 * DAY]) {
      for (const offerId of ["welcome10", "holiday"]) {
        await Promise.all(many.flatMap((id) => TYPES.map((type) => ask(book, id, type, offerId, now))));
      }
    }
    expect(calls.sort()).toEqual([
      "counts holiday",
      "counts welcome10",
      "findCode",
      "findCode",
      "holdings holiday",
      "holdings welcome10",
      "loadOffer holiday",
      "loadOffer welcome10",
      "sampleCode holiday",
      "sampleCode welcome10",
      "signUpOffers",
    ]);
  });

  test("never show a code of the pool, and take none", async () => {
    const book = new OfferBook(store, subscribers);
    const before = await Promise.all(OFFERS.map((offerId) => store.counts(offerId)));
    const pooled = new Set([...workspace.folder.codes.values()].flat());
    for (const offerId of OFFERS) {
      for (const type of TYPES) {
        const { resolution } = await ask(book, "sub_ann", type, offerId);
        if (resolution.isSample) {
          expect(pooled).not.toContain(resolution.code);
          expect(await store.findCode(resolution.code ?? "")).toBeNull();
        }
      }
    }
    const sample = (await ask(book, "sub_ann", "campaign", "welcome10")).resolution;
    expect(sample).toMatchObject({ isSample: true, code: expect.stringMatching(/^[A-Z]{5}-[A-Z0-9]{6}$/) });
    expect(await Promise.all(OFFERS.map((offerId) => store.counts(offerId)))).toEqual(before);
  });

  test("know nothing yet of what comes later", async () => {
    const book = new OfferBook(store, subscribers);
    const at = async (day: string) =>
      (await ask(book, "sub_ivan", "campaign", "welcome10", Date.parse(day))).resolution;
    expect(await at("2026-04-01T12:00:00Z")).toMatchObject({ reason: "first-code", isSample: true });
    expect(await at("2026-04-20T12:00:00Z")).toMatchObject({ reason: "still-valid", code: "HELLO-IVA1A1" });
    expect(await at("2026-06-01T12:00:00Z")).toMatchObject({ reason: "redeemed", isSample: true });
    expect(await at("2026-12-07T12:00:00Z")).toMatchObject({ reason: "still-valid", code: "HELLO-IVA2B2" });
    expect(await at("2026-12-09T12:00:00Z")).toMatchObject({ reason: "redeemed", isSample: true });
  });
});

describe("what is supposed", () => {
  const suppose = async (
    subscriber: string,
    offerId: string,
    suppositions: Supposition[],
    type: MessageType = "campaign",
  ) => (await ask(new OfferBook(store, subscribers), subscriber, type, offerId, NOW, suppositions)).resolution;

  test.each<[string, string, Supposition[], object]>([
    ["sub_ben", "welcome10", ["redeemed"], { reason: "redeemed", isSample: true }],
    ["sub_ben", "welcome10", ["expired"], { reason: "expired", isSample: true }],
    ["sub_ben", "welcome10", ["never-received"], { reason: "first-code", isSample: true }],
    ["sub_ann", "welcome10", ["expired"], { reason: "expired", isSample: true }],
    ["sub_ann", "welcome10", ["redeemed"], { reason: "redeemed", isSample: true }],
    ["sub_farid", "holiday", ["expired"], { reason: "expired", isSample: true, batch: "november" }],
    ["sub_farid", "holiday", ["no-open-batch"], { reason: "no-open-batch", code: null }],
    ["sub_farid", "holiday", ["pool-empty"], { reason: "still-valid", code: "NOV-F2Q8Z" }],
    ["sub_farid", "holiday", ["expired", "pool-empty"], { reason: "pool-empty", code: null }],
    ["sub_emma", "vip20", ["expired"], { reason: "still-valid", code: "VIP-EMMA2025" }],
    ["sub_ann", "vip20", ["pool-empty"], { reason: "pool-empty", code: "VIPTHANKS", isFallback: true }],
    ["sub_emma", "vip20", ["redis-down"], { reason: "store-unavailable", code: "VIPTHANKS", isFallback: true }],
    ["sub_ben", "welcome10", ["no-sign-up-offer"], { reason: "still-valid", code: "HELLO-BEN7K2" }],
  ])("of %s and %s: %j", async (subscriber, offerId, suppositions, expected) => {
    expect(await suppose(subscriber, offerId, suppositions)).toMatchObject(expected);
  });

  test.each<[Supposition, object]>([
    ["redeemed", { reason: "sign-up-offer", code: "HELLO-BEN7K2", redeemed: true }],
    ["never-received", { reason: "sign-up-offer", isSample: true }],
    ["no-sign-up-offer", { reason: "no-sign-up-offer", code: null }],
    ["redis-down", { reason: "store-unavailable", code: null }],
  ])("of a message that follows the sign-up offer: %s", async (supposition, expected) => {
    expect(await suppose("sub_ben", "welcome10", [supposition], "auto-response")).toMatchObject(expected);
  });
});
