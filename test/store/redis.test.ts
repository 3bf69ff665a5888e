import type { OfferStore } from "offer-code";
import { beforeEach, describe } from "vitest";
import { watchContract } from "./contract/watch.js";
import { storeContract } from "./contract.js";
import { useRedisStores } from "./redis-stores.js";

const stores = useRedisStores();

storeContract("redisStore", stores.make);

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
