// The contract of every store, as tests. Run them over a further store by one call of `storeContract`.
import type { OfferStore } from "offer-code";
import { afterEach, beforeEach, describe } from "vitest";
import { batchesContract } from "./contract/batches.js";
import { claimContract } from "./contract/claim.js";
import { codesContract } from "./contract/codes.js";
import { countingContract } from "./contract/counting.js";
import { deleteContract } from "./contract/delete.js";
import { forgetContract } from "./contract/forget.js";
import { historyContract } from "./contract/history.js";
import { idsContract } from "./contract/ids.js";
import { offersContract } from "./contract/offers.js";
import { redeemContract } from "./contract/redeem.js";
import { releaseContract } from "./contract/release.js";
import { revokeContract } from "./contract/revoke.js";
import { signUpsContract } from "./contract/sign-ups.js";
import { signalsContract } from "./contract/signals.js";
import { watchContract } from "./contract/watch.js";
import { withdrawContract } from "./contract/withdraw.js";

/** `makeStore` gives a new empty store for each test. */
export function storeContract(name: string, makeStore: () => OfferStore | Promise<OfferStore>): void {
  describe(`${name} keeps the contract of a store`, () => {
    let store: OfferStore;
    beforeEach(async () => {
      store = await makeStore();
    });
    afterEach(() => store.close());
    const current = () => store;

    describe("offers", () => offersContract(current));
    describe("deleting an offer", () => deleteContract(current));
    describe("adding codes", () => codesContract(current));
    describe("claiming", () => claimContract(current));
    describe("what a subscriber holds", () => historyContract(current));
    describe("releasing", () => releaseContract(current));
    describe("redeeming", () => redeemContract(current));
    describe("revoking", () => revokeContract(current));
    describe("following a shop", () => batchesContract(current));
    describe("withdrawing a batch", () => withdrawContract(current));
    describe("forgetting a person, and walking over what was given out", () => forgetContract(current));
    describe("counting", () => countingContract(current));
    describe("signals", () => signalsContract(current));
    describe("sign-ups", () => signUpsContract(current));
    describe("watching", () => watchContract(current));
    describe("ids and codes", () => idsContract(current));
  });
}
