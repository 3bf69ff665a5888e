import { setTimeout as wait } from "node:timers/promises";
import { StoreUnavailableError } from "../../errors.js";
import type { Milliseconds } from "../../units.js";
import type { Connection } from "./connection.js";
import { script } from "./lua.js";

/** A holder that dies keeps the others waiting no longer than this. */
const HELD_AT_MOST: Milliseconds = 5000;
const WAIT_AT_MOST: Milliseconds = 30_000;
const TRY_EVERY: Milliseconds = 10;

/**
 * Frees the lock if it is still ours.
 *
 * KEYS[1]  the lock, ARGV[1]  our token
 */
const UNLOCK = script(
  "unlock",
  "writes",
  `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end
return 0
`,
);

/**
 * Imports take turns, chunk by chunk: whether another offer has a code already cannot be checked in one step with adding
 * it, because offers live in different slots of a cluster.
 */
export async function inTurn<Result>(
  connection: Connection,
  key: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const token = crypto.randomUUID();
  const giveUpAt = performance.now() + WAIT_AT_MOST;
  while (!(await lock(connection, key, token))) {
    if (performance.now() > giveUpAt) throw new StoreUnavailableError("other imports kept this one waiting too long");
    await wait(TRY_EVERY);
  }
  try {
    return await work();
  } finally {
    await connection.run(UNLOCK, [key], [token]).catch(() => {});
  }
}

async function lock(connection: Connection, key: string, token: string): Promise<boolean> {
  const reply = await connection.command("lock", (client) => client.set(key, token, "PX", HELD_AT_MOST, "NX"));
  return reply === "OK";
}
