import type { OfferStore } from "offer-code";
import { beforeEach, describe } from "vitest";
import { assignContract } from "./contract/assign.js";
import { peopleContract } from "./contract/people.js";
import { watchContract } from "./contract/watch.js";
import { storeContract } from "./contract.js";
import { useRedisStores } from "./redis-stores.js";

const stores = useRedisStores();

storeContract("redisStore", stores.make);

describe("redisStore knows the codes of people", () => {
  let store: OfferStore;
  beforeEach(() => {
    store = stores.make();
  });
  describe("assigning codes that they hold already", () => assignContract(() => store));
  describe("listing and merging", () => peopleContract(() => store));
});

describe("changes that another process makes", () => {
  let here: OfferStore;
  let there: OfferStore;
  beforeEach(() => {
    [here, there] = stores.makePair();
  });
  watchContract(
    () => here,
    () => there,
  );
});
