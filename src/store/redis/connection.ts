import { InvalidInputError, StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";
import { answerWithin } from "./answer-within.js";
import { type Breaker, createBreaker } from "./breaker.js";
import { isCluster, type RedisClient, send } from "./client.js";
import { type Commands, commandsOf } from "./commands.js";
import { ConfirmedWrites, confirmationFailure } from "./confirmed-writes.js";
import type { Confirmation } from "./durability.js";
import { slotGuardKey } from "./keys.js";
import type { Call, Script } from "./lua.js";
import { isNoScript } from "./reply.js";

/** How long a heartbeat may hold up the connection while a replica is silent. */
const LONGEST_HEARTBEAT: Milliseconds = 500;

/** What has to have passed before the first script runs. */
export type StartupCheck = { isDone(): boolean; pass(): Promise<void> };

/** Runs scripts and commands on the caller's client. Defines nothing on it. */
export class Connection {
  readonly #breakers = new Map<string, Breaker>();
  readonly #confirmed: ConfirmedWrites | null;
  readonly #commands: Commands;
  #check: StartupCheck | null = null;

  constructor(
    readonly client: RedisClient,
    readonly timeout: Milliseconds,
    readonly confirmation: Confirmation | null,
  ) {
    this.#commands = commandsOf(client);
    this.#confirmed = confirmation && new ConfirmedWrites(client, timeout, confirmation);
  }

  /** No script runs before `check` has passed. Once it has, a script is sent before `run` returns. */
  guard(check: StartupCheck): void {
    this.#check = check;
  }

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    if (this.#check?.isDone() === false) await this.#check.pass();
    const [base = ""] = keys;
    const call = { script, keys: [...keys, ...slotGuardKey(base)], args };
    const isConfirmed = script.mode === "writes" && this.#confirmed !== null;
    const group = this.#group(base);
    return this.#guarded(script.name, `${group} ${isConfirmed ? "confirmed" : ""}`, () =>
      isConfirmed ? this.#confirmed?.run(group, call) : this.#run(call),
    );
  }

  /** Runs one command. `what` names it in an error. */
  command<Reply>(what: string, run: (redis: Commands) => Promise<Reply>): Promise<Reply> {
    return this.#guarded(what, "", () => run(this.#commands));
  }

  /** Whether the replicas still confirm what this server writes. `true` where none has to, and in a cluster, which sees to it itself. */
  async isCurrent(key: string): Promise<boolean> {
    if (this.confirmation === null || this.confirmation.replicas === 0 || isCluster(this.client)) return true;
    const within = Math.min(this.confirmation.within, LONGEST_HEARTBEAT);
    return (await confirmationFailure(this.client, key, { ...this.confirmation, within })) === null;
  }

  async #run({ script, keys, args }: Call): Promise<unknown> {
    try {
      return await send(this.client, "evalsha", script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isNoScript(error)) throw error;
      return send(this.client, "eval", script.lua, keys.length, ...keys, ...args);
    }
  }

  async #guarded<Reply>(what: string, group: string, ask: () => Promise<Reply> | undefined): Promise<Reply> {
    try {
      return await this.#breaker(group).run(() => answerWithin(what, this.timeout, ask() as Promise<Reply>));
    } catch (error) {
      throw unavailable(what, error);
    }
  }

  /** A cluster's servers fail one by one, so each offer has a breaker of its own there. */
  #group(base: string): string {
    return isCluster(this.client) ? base : "";
  }

  #breaker(group: string): Breaker {
    let breaker = this.#breakers.get(group);
    if (breaker === undefined) {
      breaker = createBreaker();
      this.#breakers.set(group, breaker);
    }
    return breaker;
  }
}

function unavailable(what: string, error: unknown): Error {
  if (error instanceof StoreUnavailableError || error instanceof InvalidInputError) return error;
  const cause = error instanceof Error ? error.message : String(error);
  return new StoreUnavailableError(`Redis could not run "${what}": ${cause}`, { cause: error });
}
