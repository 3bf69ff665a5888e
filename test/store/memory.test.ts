import { memoryStore, type OfferStore } from "offer-code";
import { beforeEach, describe } from "vitest";
import { assignContract } from "./contract/assign.js";
import { peopleContract } from "./contract/people.js";
import { storeContract } from "./contract.js";

storeContract("memoryStore", memoryStore);

describe("memoryStore knows the codes of people", () => {
  let store: OfferStore;
  beforeEach(() => {
    store = memoryStore();
  });
  describe("assigning codes that they hold already", () => assignContract(() => store));
  describe("listing and merging", () => peopleContract(() => store));
});
