// @ts-check
import { importCodes } from "offer-code";
import { redisStore } from "offer-code/redis";
import { atOnce, perSecond } from "../compare.js";
import { codeText, codeTexts, OFFER, startRedis } from "../redis.js";

const OTHERS = 2000;
const CODES_OF_OTHERS = 50;
const AT_ONCE = 100;

/** @typedef {import("../measures.js").Measure} Measure */
/** @typedef {import("offer-code").OfferStore} OfferStore */

/**
 * Two stores on one server, one of them with many other offers.
 *
 * @param {string} name
 * @param {string} what
 * @param {string} unit
 * @param {number} full
 * @param {(store: OfferStore, count: number, round: number) => Promise<unknown>} work
 * @returns {Measure}
 */
function besideOthers(name, what, unit, full, work) {
  return {
    name,
    what: `${what} beside 2,000 other offers`,
    against: "the same beside none",
    unit,
    goal: 0.8,
    async pair({ scale }) {
      const count = scale(full);
      const redis = await startRedis();
      const ours = await stocked(redis.ours, "many", OTHERS, count);
      const theirs = await stocked(redis.theirs, "none", 0, count);
      const rounds = { ours: 0, theirs: 0 };
      return {
        ours: () => perSecond(count, () => work(ours, count, rounds.ours++)),
        theirs: () => perSecond(count, () => work(theirs, count, rounds.theirs++)),
        end: () => redis.stop(),
      };
    },
  };
}

/** @param {import("ioredis").Redis} client @param {string} prefix @param {number} others @param {number} count */
async function stocked(client, prefix, others, count) {
  const store = redisStore(client, { prefix, timeout: 60_000 });
  await atOnce(AT_ONCE, others, async (n) => {
    await store.saveOffer({ id: `other-${n}` });
  });
  for (let n = 0; n < others; n++) await importCodes(store, `other-${n}`, codeTexts(CODES_OF_OTHERS, `OTHER${n}`));
  await store.saveOffer({ id: OFFER });
  await importCodes(store, OFFER, codeTexts(count));
  return store;
}

export const besideImport = besideOthers("beside-import", "an import", "codes/s", 20_000, (store, count, round) =>
  importCodes(store, OFFER, codeTexts(count, `R${round}`), { batch: `round ${round}` }),
);

export const besideRedeem = besideOthers("beside-redeem", "redemptions", "codes/s", 20_000, (store, count) =>
  atOnce(AT_ONCE, count, (n) => store.redeem(codeText(n), 1)),
);

export const besideWho = besideOthers("beside-who", "who has a code", "codes/s", 20_000, (store, count) =>
  atOnce(AT_ONCE, count, (n) => store.findCode(codeText(n))),
);
