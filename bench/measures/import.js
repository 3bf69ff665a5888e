// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { importCodes } from "offer-code";
import { perSecond } from "../compare.js";
import { codeTexts, emptyStore, OFFER, startRedis } from "../redis.js";

const LINES_AT_ONCE = 1000;
const MEGABYTE = 2 ** 20;

/** @typedef {import("../measures.js").Measure} Measure */

/**
 * The import of many codes, told from duplicates and indexed for redemption, against bare pushes by Redis' own bulk loader. It fails
 * when this process grows with the number of codes.
 *
 * @type {Measure}
 */
export const importing = {
  name: "import",
  what: "import of 1,000,000 codes, memory of this process flat",
  against: "redis-cli --pipe of the plain RPUSHes",
  unit: "codes/s",
  goal: 0.3,
  async pair({ scale }) {
    const count = scale(1_000_000);
    const redis = await startRedis();
    return {
      prepare: async () => void (await redis.empty()),
      async ours() {
        const store = await emptyStore(redis.ours);
        const memory = watchMemory();
        const rate = await perSecond(count, () => importCodes(store, OFFER, codeTexts(count), { batch: "2026-11" }));
        memory.mustBeFlat();
        return rate;
      },
      theirs: () => perSecond(count, () => pipedPushes(redis.server.port, count)),
      end: () => redis.stop(),
    };
  },
};

/** @param {number} port @param {number} count */
async function pipedPushes(port, count) {
  const child = spawn("redis-cli", ["-h", "127.0.0.1", "-p", String(port), "--pipe"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  await pipeline(Readable.from(pushes(count)), /** @type {import("node:stream").Writable} */ (child.stdin));
  const [exitCode] = await ended;
  if (exitCode !== 0) throw new Error(`redis-cli --pipe ended with ${exitCode}`);
}

/** @param {number} count */
function* pushes(count) {
  let text = "";
  let lines = 0;
  for (const code of codeTexts(count)) {
    text += `*3\r\n$5\r\nRPUSH\r\n$4\r\npool\r\n$${code.length}\r\n${code}\r\n`;
    lines += 1;
    if (lines % LINES_AT_ONCE === 0) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

/** Looks at the memory in use while something runs. Flat: what is in use late is no more than what was in use early, but for 32 MB. */
function watchMemory() {
  /** @type {number[]} */
  const seen = [];
  const timer = setInterval(() => seen.push(process.memoryUsage().heapUsed), 20);
  return {
    mustBeFlat() {
      clearInterval(timer);
      const third = Math.floor(seen.length / 3);
      const [early, late] = [least(seen.slice(0, third)), least(seen.slice(-third))];
      if (third > 2 && late > early + 32 * MEGABYTE) {
        throw new Error(`the import grew from ${Math.round(early / MEGABYTE)} to ${Math.round(late / MEGABYTE)} MB`);
      }
    },
  };
}

/** What is in use after a collection: the least of some moments. @param {number[]} values */
function least(values) {
  return values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}
