import { z } from "zod";
import { instantOf, isInstant } from "../domain/calendar.js";
import { checked, InvalidInputError, invalidInput } from "../domain/errors.js";
import type { UnixMs } from "../domain/units.js";
import type { OfferStore } from "../store/store.js";
import type { EventListener } from "./events.js";

/** Room for this many is taken when the resolver is made. */
const MOST_CACHED = 10_000_000;
const MAX_EXPECTED = "a whole number from 1 to 10,000,000";
const AGE_EXPECTED = "milliseconds, 0 or more";

export const optionsSchema = z.strictObject(
  {
    store: z.custom<OfferStore>(isStore, {
      error: "a store such as memoryStore() or redisStore(client)",
    }),
    cache: z
      .union(
        [
          z.literal(false),
          z.strictObject({
            max: z
              .int({ error: MAX_EXPECTED })
              .min(1, { error: MAX_EXPECTED })
              .max(MOST_CACHED, { error: MAX_EXPECTED })
              .default(100_000),
            maxAge: z.number({ error: AGE_EXPECTED }).min(0, { error: AGE_EXPECTED }).default(60_000),
          }),
        ],
        {
          error:
            "false, or an object with max (a whole number from 1 to 10,000,000) and maxAge (milliseconds, 0 or more)",
        },
      )
      .prefault({}),
    serveStaleOnError: z.boolean({ error: "true or false" }).default(false),
    now: z
      .custom<() => UnixMs>((value) => typeof value === "function", {
        error: "a function that returns Unix milliseconds",
      })
      .default(() => Date.now),
    onEvent: z
      .custom<EventListener>((value) => typeof value === "function", { error: "a function that takes an event" })
      .optional(),
  },
  { error: "an object of options" },
);

/**
 * Options of `createResolver`. A wrong one throws an `InvalidInputError` that names it.
 *
 * - `store`: where offers and codes are kept.
 * - `cache`: what was read of at most `max` subscribers (a whole number from 1 to 10,000,000, default 100,000; about 600 bytes each) is used for at
 *   most `maxAge` milliseconds (0 or more, default 60,000) without the store; `false` reads the store every time. Of one subscriber
 *   the sixteen newest offers are kept.
 * - `serveStaleOnError`: while the store is unavailable, show a code that this process last saw the subscriber hold, if
 *   the rule still allows it. Default `false`: a redemption that happened meanwhile would not be noticed.
 * - `now`: the clock, in whole Unix milliseconds. Default `Date.now`.
 * - `onEvent`: called at once with each `OfferEvent`. Without it nothing is reported, at no cost.
 */
export type ResolverOptions = z.input<typeof optionsSchema>;

/** Checks the options, and the most frequent mistake: passing the store itself. */
export function parseOptions(options: ResolverOptions): z.output<typeof optionsSchema> {
  if (isStore(options)) {
    throw new InvalidInputError("createResolver: expected options, but got a store: write createResolver({ store })");
  }
  const prototype: unknown = typeof options === "object" && options !== null && Object.getPrototypeOf(options);
  if (typeof prototype === "object" && prototype !== null && prototype !== Object.prototype) {
    const name = (options as object).constructor?.name;
    throw new InvalidInputError(
      `createResolver: expected options such as { store: redisStore(client) }, but got an instance of ${name}`,
    );
  }
  return checked(optionsSchema, "options", options);
}

function isStore(value: unknown): value is OfferStore {
  return typeof (value as OfferStore | undefined)?.claim === "function";
}

const redeemOptionsSchema = z.strictObject({ at: z.unknown() }, { error: "an object of options" }).partial();

/** The instant of a redemption: `{ at }`, the instant alone as stores take it, or now. */
export function redemptionInstant(when: unknown, now: () => UnixMs): UnixMs {
  if (when === undefined) return now();
  if (typeof when === "number" || when instanceof Date) return instantOf("at", when);
  const { at } = checked(redeemOptionsSchema, "options", when);
  return at === undefined ? now() : instantOf("at", at as Date | UnixMs);
}

/** The clock that refuses invalid instants: they would be stored with the codes. */
export function checkedClock(now: () => UnixMs): () => UnixMs {
  return () => {
    const at = now();
    if (!isInstant(at)) throw invalidInput("options.now()", "a whole number of Unix milliseconds", at);
    return at;
  };
}
