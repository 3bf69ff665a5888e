import { setTimeout as wait } from "node:timers/promises";
import { StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";
import type { Connection } from "./connection.js";
import type { StoreKeys } from "./keys.js";
import { script } from "./lua.js";
import { integerFrom, unexpectedReply } from "./reply.js";

/** A holder that dies keeps the others waiting no longer than this, or than three answers may take. */
const HELD_AT_LEAST: Milliseconds = 5000;
const WAIT_AT_MOST: Milliseconds = 30_000;
const TRY_EVERY: Milliseconds = 10;

/**
 * Takes the lock if it is free, with a number greater than that of every turn before.
 *
 * KEYS[1]  the lock, KEYS[2]  the number of the last turn
 * ARGV[1]  the holder, ARGV[2]  for how many milliseconds, ARGV[3]  the least number
 *
 * Replies the number of the turn, or "" when another holds the lock.
 */
const LOCK = script(
  "lock",
  "writes",
  `local held = redis.call("GET", KEYS[1])
if held then
  local holder, number = string.match(held, "^(%S+) (%d+)$")
  return holder == ARGV[1] and number or ""
end
local number = math.max(tonumber(redis.call("GET", KEYS[2]) or 0) + 1, tonumber(ARGV[3]))
local text = string.format("%.0f", number)
redis.call("SET", KEYS[2], text)
redis.call("SET", KEYS[1], ARGV[1] .. " " .. text, "PX", ARGV[2])
return text
`,
);

/**
 * Keeps the lock for another while if it is still ours.
 *
 * KEYS[1]  the lock
 * ARGV[1]  the holder and the number of the turn, ARGV[2]  for how many milliseconds
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

/**
 * Frees the lock if it is still ours, and lets later turns have greater numbers than one that was met.
 *
 * KEYS[1]  the lock, KEYS[2]  the number of the last turn
 * ARGV[1]  the holder and the number of the turn, ARGV[2]  the greatest number met
 *
 * Replies 1.
 */
const UNLOCK = script(
  "unlock",
  "writes",
  `if redis.call("GET", KEYS[1]) == ARGV[1] then redis.call("DEL", KEYS[1]) end
if tonumber(redis.call("GET", KEYS[2]) or 0) < tonumber(ARGV[2]) then redis.call("SET", KEYS[2], ARGV[2]) end
return 1
`,
);

/**
 * A turn at writing to pools and to the index. Every write carries `number`. The shard or the offer that it goes to keeps the greatest number
 * it has met and refuses a lower one, so a write that comes after its turn has ended changes nothing that a later turn has looked at.
 */
export interface Turn {
  readonly number: string;
  /** Keeps the turn for another while. Rejects when it is over. */
  renew(): Promise<void>;
  /** The error for a write that was refused, because turn `newer` came first. */
  over(newer: unknown): StoreUnavailableError;
}

/**
 * Imports and withdrawals take turns, chunk by chunk: an offer and the index live in different slots of a cluster, so no single
 * step can look at one and write to the other. The server's own clock ends a turn whose holder is gone.
 */
export async function withImportLock<Result>(
  connection: Connection,
  keys: StoreKeys,
  work: (turn: Turn) => Promise<Result>,
): Promise<Result> {
  const holder = crypto.randomUUID();
  const term = String(Math.max(HELD_AT_LEAST, 3 * connection.timeout));
  const number = await waitForLock(connection, keys, holder, term);
  const held = `${holder} ${number}`;
  let greatest = number;
  const turn: Turn = {
    number,
    async renew() {
      if (integerFrom(HOLD, await connection.run(HOLD, [keys.importLock], [held, term])) !== 1) throw turnOver();
    },
    over(newer) {
      if (Number(newer) > Number(greatest)) greatest = String(newer);
      return turnOver();
    },
  };
  try {
    return await work(turn);
  } finally {
    await connection.run(UNLOCK, [keys.importLock, keys.lastTurn], [held, greatest]).catch(() => {});
  }
}

async function waitForLock(connection: Connection, keys: StoreKeys, holder: string, term: string): Promise<string> {
  const giveUpAt = performance.now() + WAIT_AT_MOST;
  for (;;) {
    // The clock keeps the numbers rising where the last one was lost with a server.
    const reply = await connection.run(LOCK, [keys.importLock, keys.lastTurn], [holder, term, String(Date.now())]);
    if (typeof reply !== "string") throw unexpectedReply(LOCK, reply);
    if (reply !== "") return reply;
    if (performance.now() > giveUpAt) throw new StoreUnavailableError("other imports kept this one waiting too long");
    await wait(TRY_EVERY);
  }
}

function turnOver(): StoreUnavailableError {
  return new StoreUnavailableError("Redis was too slow, and others had their turn: nothing was done");
}
