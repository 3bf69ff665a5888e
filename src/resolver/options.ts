import { z } from "zod";
import { isInstant } from "../domain/calendar.js";
import { invalidInput } from "../domain/errors.js";
import type { UnixMs } from "../domain/units.js";
import type { OfferStore } from "../store/store.js";
import type { EventListener } from "./events.js";

const MAX_EXPECTED = "a whole number of 1 or more";
const AGE_EXPECTED = "milliseconds, 0 or more";

export const optionsSchema = z.strictObject(
  {
    store: z.custom<OfferStore>((value) => typeof (value as OfferStore | undefined)?.claim === "function", {
      error: "a store such as memoryStore() or redisStore(client)",
    }),
    cache: z
      .union(
        [
          z.literal(false),
          z.strictObject({
            max: z.int({ error: MAX_EXPECTED }).min(1, { error: MAX_EXPECTED }).default(100_000),
            maxAge: z.number({ error: AGE_EXPECTED }).min(0, { error: AGE_EXPECTED }).default(60_000),
          }),
        ],
        { error: "false, or an object with max (a whole number of 1 or more) and maxAge (milliseconds, 0 or more)" },
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
 * - `store`: where codes live.
 * - `cache`: `max` held codes (default 100,000; about 500 bytes each) for at most `maxAge` milliseconds (default 60,000); `false` asks the
 *   store every time.
 * - `serveStaleOnError`: while the store cannot be asked, show a code that this process last saw the subscriber hold, if
 *   the rule still allows it. Default `false`: a redemption that happened meanwhile would not be noticed.
 * - `now`: the clock, in Unix milliseconds. Default `Date.now`.
 * - `onEvent`: told, at once, what happens: see `OfferEvent`. Default nobody, which costs nothing.
 */
export type ResolverOptions = z.input<typeof optionsSchema>;

/** What a clock says is kept with the codes, so what is no instant is refused. */
export function checkedClock(now: () => UnixMs): () => UnixMs {
  return () => {
    const at = now();
    if (!isInstant(at)) throw invalidInput("options.now()", "a whole number of Unix milliseconds", at);
    return at;
  };
}
