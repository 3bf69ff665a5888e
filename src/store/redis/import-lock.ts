import { setTimeout as wait } from "node:timers/promises";
import { StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";
import type { Connection } from "./connection.js";
import { script } from "./lua.js";
import { integerFrom } from "./reply.js";

/** A holder that dies keeps the others waiting no longer than this, or than three answers may take. */
const HELD_AT_LEAST: Milliseconds = 5000;
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
 * Keeps the lock for another while if it is still ours.
 *
 * KEYS[1]  the lock, ARGV[1]  our token, ARGV[2]  for how many milliseconds
 *
 * Replies 1, or 0 when it is not ours any more.
 */
const HOLD = script(
  "hold",
  "writes",
  `if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call("PEXPIRE", KEYS[1], ARGV[2])
`,
);

/** Makes sure that it is still our turn, for as long as the next two answers may take. Asked right before each write. */
export type Hold = () => Promise<void>;

/**
 * Imports take turns, chunk by chunk: whether another offer has a code already cannot be checked in one step with adding
 * it, because offers live in different slots of a cluster.
 */
export async function withImportLock<Result>(
  connection: Connection,
  key: string,
  work: (hold: Hold) => Promise<Result>,
): Promise<Result> {
  const token = crypto.randomUUID();
  const term = Math.max(HELD_AT_LEAST, 3 * connection.timeout);
  const giveUpAt = performance.now() + WAIT_AT_MOST;
  while (!(await lock(connection, key, token, term))) {
    if (performance.now() > giveUpAt) throw new StoreUnavailableError("other imports kept this one waiting too long");
    await wait(TRY_EVERY);
  }
  try {
    return await work(async () => {
      const held = integerFrom(HOLD, await connection.run(HOLD, [key], [token, String(term)]));
      if (held !== 1)
        throw new StoreUnavailableError("Redis was too slow, and others had their turn: nothing was done");
    });
  } finally {
    await connection.run(UNLOCK, [key], [token]).catch(() => {});
  }
}

async function lock(connection: Connection, key: string, token: string, term: Milliseconds): Promise<boolean> {
  const reply = await connection.command("lock", (client) => client.set(key, token, "PX", term, "NX"));
  return reply === "OK";
}
