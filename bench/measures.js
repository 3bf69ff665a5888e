// @ts-check
import { besideImport, besideRedeem, besideWho } from "./measures/beside.js";
import { campaign, oneByOne } from "./measures/campaign.js";
import { claims, largeOffer } from "./measures/claims.js";
import { importing } from "./measures/import.js";
import { kept, keptOneByOne } from "./measures/kept.js";
import { memory } from "./measures/memory.js";
import { roundTrips } from "./measures/round-trips.js";
import { liquidCompile, runHandlebars } from "./measures/templates.js";
import { warmAsyncHelpers, warmHandlebars, warmLiquid, warmPromised } from "./measures/warm.js";

/**
 * How large a measure is: `scale` says how many things to do of those of a full run.
 *
 * @typedef {{ scale: (full: number) => number }} Size
 */

/**
 * Two ways to do the same, measured side by side. `goal`: the least ratio of ours to theirs.
 *
 * @typedef {object} Measure
 * @property {string} name
 * @property {string} what
 * @property {string} against
 * @property {string} unit
 * @property {number} goal
 * @property {(size: Size) => Promise<import("./compare.js").Pair>} pair
 */

/**
 * A figure that is the same in every run. `goal`: the greatest ratio of ours to theirs.
 *
 * @typedef {object} Count
 * @property {string} name
 * @property {string} what
 * @property {string} against
 * @property {string} unit
 * @property {number} goal
 * @property {(size: Size) => Promise<{ ours: number, theirs: number }>} count
 */

/**
 * Calls to Redis. `goal`: the most.
 *
 * @typedef {object} RoundTrips
 * @property {string} name
 * @property {() => Promise<{ what: string, goal: number, calls: number }[]>} count
 */

/** @type {readonly Measure[]} */
export const MEASURES = [
  warmHandlebars,
  warmLiquid,
  warmPromised,
  warmAsyncHelpers,
  runHandlebars,
  liquidCompile,
  campaign,
  oneByOne,
  claims,
  kept,
  keptOneByOne,
  importing,
  largeOffer,
  besideImport,
  besideRedeem,
  besideWho,
];

/** @type {readonly Count[]} */
export const COUNTS = [memory];

export const ROUND_TRIPS = roundTrips;
