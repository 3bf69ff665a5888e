// @ts-check
/**
 * @typedef {object} Pair  Two ways to do the same work. Each runs once and returns how much it did per second.
 * @property {() => Promise<number>} ours
 * @property {() => Promise<number>} theirs
 * @property {() => Promise<void>} [prepare]  what both need anew before each round; its time does not count
 * @property {() => Promise<void>} [end]
 */

/**
 * @typedef {object} Comparison
 * @property {number} ratio  the median of the rounds' ratios, ours to theirs
 * @property {[number, number]} spread  the least and the greatest of them
 * @property {number} rounds
 * @property {number} ours  the median
 * @property {number} theirs  the median
 */

/**
 * Runs both sides in turns and changes the order every round, so that a machine that is slow for a while is slow for both.
 * The first round warms up and does not count.
 *
 * @param {Pair} pair
 * @param {number} rounds
 * @param {(round: number) => void} [onRound]
 * @returns {Promise<Comparison>}
 */
export async function compare(pair, rounds, onRound = () => {}) {
  /** @type {{ ours: number, theirs: number }[]} */
  const rates = [];
  for (let round = 0; round <= rounds; round++) {
    onRound(round);
    await pair.prepare?.();
    const rate = { ours: 0, theirs: 0 };
    /** @type {("ours" | "theirs")[]} */
    const order = round % 2 === 0 ? ["ours", "theirs"] : ["theirs", "ours"];
    for (const side of order) {
      globalThis.gc?.();
      rate[side] = await pair[side]();
    }
    if (round > 0) rates.push(rate);
  }
  await pair.end?.();
  const ratios = rates.map(({ ours, theirs }) => ours / theirs);
  return {
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    rounds,
    ours: median(rates.map(({ ours }) => ours)),
    theirs: median(rates.map(({ theirs }) => theirs)),
  };
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = /** @type {number} */ (sorted[middle]);
  return sorted.length % 2 === 1 ? upper : (upper + /** @type {number} */ (sorted[middle - 1])) / 2;
}

/**
 * How many of `count` things `work` does in a second.
 *
 * @param {number} count
 * @param {() => unknown} work
 */
export async function perSecond(count, work) {
  const start = performance.now();
  await work();
  return (count / (performance.now() - start)) * 1000;
}

/**
 * Does `count` things, at most `most` of them at once.
 *
 * @param {number} most
 * @param {number} count
 * @param {(place: number) => Promise<unknown>} work
 */
export async function atOnce(most, count, work) {
  let next = 0;
  async function worker() {
    while (next < count) await work(next++);
  }
  await Promise.all(Array.from({ length: Math.min(most, count) }, worker));
}
