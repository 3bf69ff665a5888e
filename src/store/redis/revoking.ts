import { checkCode } from "../checks.js";
import type { Restoration, Revocation } from "../store.js";
import { changeText } from "./changes.js";
import type { Importing } from "./importing.js";
import * as restoration from "./scripts/restore.js";
import * as revocation from "./scripts/revoke.js";

/** See `OfferStore.revoke`. */
export async function revoke({ connection, keys, finder, notify }: Importing, code: string): Promise<Revocation> {
  checkCode(code);
  const revoked = await finder.find(code, async ({ offerId, base, entry }) => {
    const change = changeText({ type: "revoked", offerId, subscriberId: "" });
    const reply = await revocation.revoke(connection, base, { entry, code, channel: keys.changes, change });
    return reply && { ...reply, offerId };
  });
  if (revoked === null) return { status: "unknown-code" };
  const { status, offerId, subscriberId } = revoked;
  if (status === "revoked" && subscriberId !== null) notify({ type: "revoked", offerId, subscriberId });
  return revoked;
}

/** See `OfferStore.restore`. */
export async function restore({ connection, finder }: Importing, code: string): Promise<Restoration> {
  checkCode(code);
  const restored = await finder.find(code, async ({ offerId, base, entry }) => {
    const reply = await restoration.restore(connection, base, { entry, code });
    return reply && { ...reply, offerId };
  });
  return restored ?? { status: "unknown-code" };
}
