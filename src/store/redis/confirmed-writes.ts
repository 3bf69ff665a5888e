import { setTimeout as wait } from "node:timers/promises";
import { StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";
import { answerWithin } from "./answer-within.js";
import { type Outcome, type RedisClient, send } from "./client.js";
import { type Confirmation, confirmationArgs, unconfirmedBecause } from "./durability.js";
import { slotGuardKey } from "./keys.js";
import { type Call, script } from "./lua.js";
import { isNoScript } from "./reply.js";

/** Writes that share one confirmation. */
const MOST_WRITES = 100;
/** How long to wait before a write is sent again to a slot that has moved or is moving. */
const TRY_AGAIN_AFTER: Milliseconds = 50;

type Write = Call & {
  byText: boolean;
  readonly giveUpAt: number;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
};
type Line = { waiting: Write[]; busy: boolean };
type Unconfirmed = { readonly because: string; readonly cause: unknown };

/**
 * Writes to a key without changing it, so that the replication stream and the append-only file get longer.
 *
 * KEYS[1]  any key
 */
const TOUCH = script(
  "touch",
  "writes",
  `local left = redis.call("PTTL", KEYS[1])
if left == -2 then
  redis.call("SET", KEYS[1], "")
  redis.call("DEL", KEYS[1])
elseif left == -1 then
  redis.call("PEXPIRE", KEYS[1], 100000000)
  redis.call("PERSIST", KEYS[1])
else
  redis.call("PEXPIRE", KEYS[1], left)
end
return 1
`,
);

/**
 * Runs scripts that write, and returns their replies only when replicas (or the disk) have confirmed them.
 *
 * `WAIT` and `WAITAOF` confirm the last write of their own connection and everything before it. So they travel with the scripts in one
 * pipeline, to the node of their slot. When the connection breaks, a client sends a pipeline again as a whole or not at all, so a
 * confirmation is always about the replies before it, even if the server is another one by then.
 *
 * A script that runs a second time may have nothing left to write, while its first run is not confirmed yet. Since Redis 7.2 `WAIT`
 * would then confirm an older write of this connection, or none. Therefore each pipeline ends with a write of its own, `TOUCH`.
 *
 * `WAIT` holds up its connection. So a line (the server, or in a cluster an offer) has one pipeline under way, and writes that
 * arrive meanwhile go together in the next.
 */
export class ConfirmedWrites {
  readonly #lines = new Map<string, Line>();

  constructor(
    readonly client: RedisClient,
    readonly timeout: Milliseconds,
    readonly confirmation: Confirmation,
  ) {}

  run(group: string, call: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const line = this.#line(group);
      line.waiting.push({ ...call, byText: false, giveUpAt: performance.now() + this.timeout, resolve, reject });
      if (!line.busy) void this.#empty(line);
    });
  }

  #line(group: string): Line {
    let line = this.#lines.get(group);
    if (line === undefined) {
      line = { waiting: [], busy: false };
      this.#lines.set(group, line);
    }
    return line;
  }

  async #empty(line: Line): Promise<void> {
    line.busy = true;
    while (line.waiting.length > 0) {
      const writes = line.waiting.splice(0, MOST_WRITES).filter(isAwaited);
      const again = writes.length === 0 ? [] : await this.#together(writes);
      line.waiting.unshift(...again);
    }
    line.busy = false;
  }

  /** One pipeline. Returns the writes that have to be sent again. */
  async #together(writes: Write[]): Promise<Write[]> {
    try {
      const outcomes = await answerWithin("write", this.timeout, sendTogether(this.client, writes, this.confirmation));
      const unconfirmed = this.#unconfirmed(outcomes.splice(writes.length));
      const again = writes.filter((write, index) => !settle(write, outcomes[index] as Outcome, unconfirmed));
      if (outcomes.some(([error]) => isElsewhere(error))) await this.#findSlot(writes);
      return again;
    } catch (error) {
      for (const { reject } of writes) reject(error);
      return [];
    }
  }

  #unconfirmed([touched, confirmed]: readonly Outcome[]): Unconfirmed | null {
    const [error, reply] = confirmed ?? [new Error("no reply")];
    const cause = touched?.[0] ?? error;
    const because = cause?.message ?? unconfirmedBecause(this.confirmation, reply);
    return because === null ? null : { because, cause };
  }

  /** A plain command follows the cluster's redirections, and the client learns from it where the slot is now. */
  async #findSlot(writes: readonly Write[]): Promise<void> {
    await wait(TRY_AGAIN_AFTER);
    const found = send(this.client, "exists", writes[0]?.keys[0] as string);
    await answerWithin("slot", this.timeout, found).catch(() => {});
  }
}

/** Asks for the confirmation of a write that changes nothing. Why it is not confirmed, or `null` when it is. */
export async function confirmationFailure(
  client: RedisClient,
  key: string,
  confirmation: Confirmation,
): Promise<Error | string | null> {
  const [touched, confirmed] = await sendTogether(client, [], confirmation, key);
  const error = touched?.[0] ?? confirmed?.[0];
  return error ?? unconfirmedBecause(confirmation, confirmed?.[1]);
}

/** The outcomes of the writes, of `TOUCH` and of the confirmation. */
async function sendTogether(
  client: RedisClient,
  writes: readonly Write[],
  confirmation: Confirmation,
  key = writes[0]?.keys[0] as string,
): Promise<Outcome[]> {
  const pipeline = client.pipeline();
  for (const { script, keys, args, byText } of writes) {
    if (byText) pipeline.call("eval", script.lua, keys.length, ...keys, ...args);
    else pipeline.call("evalsha", script.sha, keys.length, ...keys, ...args);
  }
  const touched = [key, ...slotGuardKey(key)];
  pipeline.call("eval", TOUCH.lua, touched.length, ...touched);
  pipeline.call(confirmation.command, ...confirmationArgs(confirmation));
  return (await pipeline.exec()) ?? [];
}

/** Whether the write has been answered; if not, it is to be sent again. */
function settle(write: Write, [error, reply]: Outcome, unconfirmed: Unconfirmed | null): boolean {
  if (error === null) {
    if (unconfirmed === null) write.resolve(reply);
    else write.reject(notConfirmed(write, unconfirmed));
  } else if (isNoScript(error) && !write.byText) {
    write.byText = true;
    return false;
  } else if (isElsewhere(error) && isAwaited(write)) return false;
  else write.reject(error);
  return true;
}

function notConfirmed({ script }: Write, { because, cause }: Unconfirmed): StoreUnavailableError {
  const text = `"${script.name}" was run but is not confirmed (${because}), so its result is not used; asking again is safe`;
  return new StoreUnavailableError(text, { cause });
}

function isAwaited({ giveUpAt }: Write): boolean {
  return performance.now() < giveUpAt;
}

function isElsewhere(error: Error | null): boolean {
  return error !== null && /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/.test(error.message);
}
