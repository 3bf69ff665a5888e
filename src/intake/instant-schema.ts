import { z } from "zod";
import { INSTANT_EXPECTED, isInstant } from "../domain/calendar.js";
import type { UnixMs } from "../domain/units.js";

/** An instant as a caller gives it, in Unix milliseconds from then on. */
export const instantSchema = z
  .custom<Date | UnixMs>((value) => isInstant(value instanceof Date ? value.getTime() : value), {
    error: INSTANT_EXPECTED,
  })
  .transform(Number);
