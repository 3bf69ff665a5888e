import { storeContract } from "./contract.js";
import { useRedisStores } from "./redis-stores.js";

const stores = useRedisStores();

storeContract("redisStore", stores.make);
