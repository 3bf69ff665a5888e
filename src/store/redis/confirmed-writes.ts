import { setTimeout as wait } from "node:timers/promises";
import { StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";
import { bounded } from "./bounded.js";
import type { RedisClient } from "./client.js";
import { type Confirmation, confirmationArgs, unconfirmedBecause } from "./durability.js";
import type { Call } from "./lua.js";
import { isNoScript } from "./reply.js";

/** Writes that share one confirmation. */
const MOST_WRITES = 100;
/** A slot that has moved, or is moving: how long until the next try. */
const TRY_AGAIN_AFTER: Milliseconds = 50;

type Write = Call & {
  byText: boolean;
  readonly giveUpAt: number;
  resolve(reply: unknown): void;
  reject(error: unknown): void;
};
type Line = { waiting: Write[]; busy: boolean };
type Outcome = [error: Error | null, reply: unknown];

/**
 * Runs scripts that write, and tells their replies only when replicas (or the disk) have confirmed them.
 *
 * `WAIT` speaks of everything that its own connection has had done, so it has to travel with the scripts: one pipeline, to the node
 * of their slot. When the connection breaks, ioredis sends a pipeline again as a whole or not at all, so a confirmation
 * is always about the replies that stand before it, also where the server is another by then. A script that is asked for
 * a second time and has nothing left to write is confirmed as well: Redis counts from the last command of the connection.
 *
 * `WAIT` holds up its connection. So a line (the server, or in a cluster an offer) has one pipeline under way, and what
 * comes meanwhile goes together in the next.
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
      const outcomes = await bounded("write", this.timeout, this.#send(writes));
      const unconfirmed = this.#unconfirmed(outcomes.pop());
      const again = writes.filter((write, place) => !settle(write, outcomes[place] as Outcome, unconfirmed));
      if (outcomes.some(([error]) => isElsewhere(error))) await this.#findSlot(writes);
      return again;
    } catch (error) {
      for (const { reject } of writes) reject(error);
      return [];
    }
  }

  async #send(writes: readonly Write[]): Promise<Outcome[]> {
    const pipeline = this.client.pipeline();
    for (const { script, keys, args, byText } of writes) {
      if (byText) pipeline.eval(script.lua, keys.length, ...keys, ...args);
      else pipeline.evalsha(script.sha, keys.length, ...keys, ...args);
    }
    pipeline.call(this.confirmation.command, ...confirmationArgs(this.confirmation));
    return (await pipeline.exec()) as Outcome[];
  }

  #unconfirmed(outcome: Outcome | undefined): { because: string; cause: unknown } | null {
    const [error, reply] = outcome ?? [new Error("no reply")];
    const because = error?.message ?? unconfirmedBecause(this.confirmation, reply);
    return because === null ? null : { because, cause: error };
  }

  /** A plain command follows the cluster's redirections, and the client learns from it where the slot is now. */
  async #findSlot(writes: readonly Write[]): Promise<void> {
    await wait(TRY_AGAIN_AFTER);
    await bounded("slot", this.timeout, this.client.exists(writes[0]?.keys[0] as string)).catch(() => {});
  }
}

/** Whether the write has been answered; if not, it is to be sent again. */
function settle(
  write: Write,
  [error, reply]: Outcome,
  unconfirmed: { because: string; cause: unknown } | null,
): boolean {
  if (error === null && unconfirmed === null) write.resolve(reply);
  else if (error === null) write.reject(notConfirmed(write, unconfirmed as { because: string; cause: unknown }));
  else if (isNoScript(error) && !write.byText) {
    write.byText = true;
    return false;
  } else if (isElsewhere(error) && isAwaited(write)) return false;
  else write.reject(error);
  return true;
}

function notConfirmed(
  { script }: Write,
  { because, cause }: { because: string; cause: unknown },
): StoreUnavailableError {
  const text = `"${script.name}" was run but is not confirmed (${because}), so its result is not used; asking again is safe`;
  return new StoreUnavailableError(text, { cause });
}

function isAwaited({ giveUpAt }: Write): boolean {
  return performance.now() < giveUpAt;
}

function isElsewhere(error: Error | null): boolean {
  return error !== null && /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/.test(error.message);
}
