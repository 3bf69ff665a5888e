import { memoryStore, type OfferStore } from "offer-code";
import { beforeEach, describe } from "vitest";
import { assignContract } from "./contract/assign.js";
import { storeContract } from "./contract.js";

storeContract("memoryStore", memoryStore);

describe("memoryStore assigns codes that people hold already", () => {
  let store: OfferStore;
  beforeEach(() => {
    store = memoryStore();
  });
  assignContract(() => store);
});
