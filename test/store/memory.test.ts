import { memoryStore, type OfferStore, type StoreChange } from "offer-code";
import { beforeEach, describe, expect, test } from "vitest";
import { stock } from "../fixtures.js";
import { assignContract, assignment, MOVED } from "./contract/assign.js";
import { peopleContract } from "./contract/people.js";
import { storeContract } from "./contract.js";

storeContract("memoryStore", memoryStore);

describe("memoryStore knows the codes of people", () => {
  let store: OfferStore;
  beforeEach(() => {
    store = memoryStore();
  });
  test("watchers hear of a call that changes something once", async () => {
    await stock(store);
    await store.assign("welcome", MOVED, []);
    const changes: StoreChange[] = [];
    const watch = store.watch((change) => changes.push(change));
    await store.assign("welcome", MOVED, [assignment("OLD-1", "ann"), assignment("OLD-2", "ben")]);
    await store.assign("welcome", MOVED, [assignment("OLD-1", "ann")]);
    expect(changes).toEqual([{ type: "missed" }]);
    await watch.close();
  });

  describe("assigning codes that they hold already", () => assignContract(() => store));
  describe("listing and merging", () => peopleContract(() => store));
});
