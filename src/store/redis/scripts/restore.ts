import type { Connection } from "../connection.js";
import type { Entry } from "../entries.js";
import { script } from "../lua.js";
import { unexpectedReply } from "../reply.js";
import { AT_CODE, runAtCode } from "./at-code.js";

/**
 * Takes the revocation of a code back that nobody was given. A code that was passed over meanwhile is drawn as a released one is.
 *
 * KEYS[1]  the offer
 * ARGV[1]  to ARGV[3]: see `AT_CODE`
 *
 * Replies as `AT_CODE` does, or { "restored" | "not-revoked" | "given-out", code }.
 */
const RESTORE = script(
  "restore",
  "writes",
  `${AT_CODE}
if found[7] == "" then return { "not-revoked", found[1] } end
if found[4] ~= "" then return { "given-out", found[1] } end
found[7] = ""
put()
if not isListed and found[6] == "" then redis.call("ZADD", back, place, place) end
return { "restored", found[1] }
`,
);

export type RestoreReply = { status: "restored" | "not-revoked" | "given-out"; code: string };

/** `null`: the code is not there. */
export async function restore(
  connection: Connection,
  base: string,
  restoration: { entry: Entry; code: string },
): Promise<RestoreReply | null> {
  const reply = await runAtCode(connection, RESTORE, base, restoration, []);
  if (reply === null) return null;
  const [status, code] = reply;
  if (status !== "restored" && status !== "not-revoked" && status !== "given-out")
    throw unexpectedReply(RESTORE, reply);
  return { status, code: code as string };
}
