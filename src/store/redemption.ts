import type { UnixMs } from "../domain/units.js";
import type { Redemption } from "./store.js";

/** The redemption as callers get it, its instant a `Date`. */
export function redemptionOf(redemption: Redemption<UnixMs | Date>): Redemption<Date> {
  if (redemption.status === "unknown-code") return redemption;
  return { ...redemption, redeemedAt: new Date(redemption.redeemedAt) };
}
