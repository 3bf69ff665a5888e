import { z } from "zod";
import { DAY_EXPECTED, isDay, isTimeZone, TIME_ZONE_EXPECTED } from "./calendar.js";
import { checked } from "./errors.js";
import { codeSchema, idSchema } from "./identifier.js";

const MOST_UNITS = 100_000;

const stopBeforeSchema = z.strictObject(
  {
    amount: wholeNumber(0, MOST_UNITS),
    unit: z.enum(["hour", "day", "week"], { error: '"hour", "day" or "week"' }),
  },
  { error: 'an amount and a unit, such as { amount: 3, unit: "day" }' },
);

const windowSchema = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("never-expires") }),
    z.strictObject({
      type: z.literal("time-to-live"),
      amount: wholeNumber(0, MOST_UNITS),
      unit: z.enum(["hour", "day", "week", "month"], { error: '"hour", "day", "week" or "month"' }),
    }),
    z.strictObject({ type: z.literal("custom-period"), stopBefore: stopBeforeSchema.optional() }),
  ],
  { error: 'a window of type "never-expires", "time-to-live" or "custom-period"' },
);

const whenUnavailableSchema = z.discriminatedUnion(
  "action",
  [
    z.strictObject({ action: z.literal("abort") }),
    z.strictObject({ action: z.literal("fallback"), code: codeSchema }),
    z.strictObject({ action: z.literal("omit") }),
  ],
  { error: 'an action of "abort", "fallback" or "omit"' },
);

/** A calendar day, `YYYY-MM-DD`, in the offer's time zone. */
export const daySchema = z.string({ error: DAY_EXPECTED }).refine(isDay, { error: DAY_EXPECTED });

const MOST_LEVELS = 10;
const LEVELS_EXPECTED = `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, or a list of up to ${MOST_LEVELS}`;
const stockLevel = z.int({ error: LEVELS_EXPECTED }).min(0, { error: LEVELS_EXPECTED });

export const offerSchema = z.strictObject(
  {
    id: idSchema,
    name: z.string({ error: "text" }).max(1000, { error: "at most 1000 characters" }).optional(),
    kind: z.enum(["unique", "integrated"], { error: '"unique" or "integrated"' }).default("unique"),
    window: windowSchema.default({ type: "never-expires" }),
    timeZone: z.string({ error: TIME_ZONE_EXPECTED }).refine(isTimeZone, { error: TIME_ZONE_EXPECTED }).default("UTC"),
    whenUnavailable: whenUnavailableSchema.default({ action: "abort" }),
    lowStock: z
      .union(
        [
          stockLevel,
          z.array(stockLevel).min(1, { error: LEVELS_EXPECTED }).max(MOST_LEVELS, { error: LEVELS_EXPECTED }),
        ],
        { error: LEVELS_EXPECTED },
      )
      .optional(),
  },
  { error: "an offer" },
);

const batchSchema = z
  .strictObject({ id: idSchema, startsOn: daySchema.optional(), endsOn: daySchema.optional() }, { error: "a batch" })
  .refine(({ startsOn, endsOn }) => startsOn === undefined || endsOn === undefined || startsOn <= endsOn, {
    error: "an end on or after its start",
    path: ["endsOn"],
  });

/**
 * How long a held code may be sent again (docs/rules.md):
 * never expires (the default), a time to live, and a custom period whose days each batch carries. `stopBefore`: no new code comes from a
 * batch that closes sooner than that; held codes are sent until its end.
 */
export type DistributionWindow = z.infer<typeof windowSchema>;

/** What a message shows when the offer has no code for it. `abort` (the default) stops the message. */
export type WhenUnavailable = z.infer<typeof whenUnavailableSchema>;

/**
 * An offer as a caller writes it.
 * `lowStock`: report when the pool has fewer codes than this, or than each of up to 10 levels.
 */
export type OfferInput = z.input<typeof offerSchema>;

/** An offer with its defaults filled in. */
export type Offer = z.output<typeof offerSchema>;

/** The codes of one upload. Days are whole days in the offer's time zone; without a day that side is open. */
export type BatchInput = z.input<typeof batchSchema>;
/** A batch as stored: its id, and its first and last day as `YYYY-MM-DD` where it has them. */
export type Batch = { id: string; startsOn?: string | undefined; endsOn?: string | undefined };

/**
 * An offer as it is in the store at one moment. `revision` rises with every change of the offer or its batches, and no two states of an
 * offer have the same, also when it was deleted and created anew, or its data were restored. `batches` are in the order of upload, and a
 * held code names its batch by its index here.
 */
export type OfferState = { readonly offer: Offer; readonly batches: readonly Batch[]; readonly revision: number };

/** Checks an offer and fills in its defaults. Throws an `InvalidInputError` that names the invalid fields. */
export function parseOffer(offer: unknown): Offer {
  return checked(offerSchema, "offer", offer);
}

/** Checks the name and days of a batch. Throws an `InvalidInputError` that names the invalid fields. */
export function parseBatch(batch: unknown): Batch {
  return checked(batchSchema, "batch", batch);
}

/** The levels below which an offer's stock is low, the highest first. */
export function lowStockLevels({ lowStock }: Pick<Offer, "lowStock">): readonly number[] {
  if (lowStock === undefined) return [];
  return typeof lowStock === "number" ? [lowStock] : [...new Set(lowStock)].sort((one, other) => other - one);
}

/** The lowest of these levels that the stock is below, or `null`. */
export function crossedLevel(levels: readonly number[], left: number): number | null {
  return levels.findLast((level) => left < level) ?? null;
}

function wholeNumber(least: number, most: number) {
  const expected = `a whole number from ${least} to ${most}`;
  return z.int({ error: expected }).min(least, { error: expected }).max(most, { error: expected });
}
