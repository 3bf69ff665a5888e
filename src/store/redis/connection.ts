import { StoreUnavailableError } from "../../domain/errors.js";
import type { Milliseconds } from "../../domain/units.js";
import { bounded } from "./bounded.js";
import { type Breaker, createBreaker } from "./breaker.js";
import { isCluster, type RedisClient } from "./client.js";
import { ConfirmedWrites } from "./confirmed-writes.js";
import type { Confirmation } from "./durability.js";
import { slotGuardKey } from "./keys.js";
import type { Call, Script } from "./lua.js";
import { isNoScript } from "./reply.js";

/** What comes before every call, for a server that may turn out to be unfit. */
export type StartupCheck = { isOpen(): boolean; pass(): Promise<void>; passed(): void };

/** Runs scripts and commands on the caller's client. Defines nothing on it. */
export class Connection {
  readonly #breakers = new Map<string, Breaker>();
  readonly #confirmed: ConfirmedWrites | null;
  #gate: StartupCheck | null = null;

  constructor(
    readonly client: RedisClient,
    readonly timeout: Milliseconds,
    readonly confirmation: Confirmation | null,
  ) {
    this.#confirmed = confirmation && new ConfirmedWrites(client, timeout, confirmation);
  }

  /** No script runs before `gate` lets it. Where it is open, a script is sent before `run` returns. */
  guard(gate: StartupCheck): void {
    this.#gate = gate;
  }

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    if (this.#gate?.isOpen() === false) await this.#gate.pass();
    const [base = ""] = keys;
    const call = { script, keys: [...keys, ...slotGuardKey(base)], args };
    const isConfirmed = script.mode === "writes" && this.#confirmed !== null;
    const group = this.#group(base);
    const reply = await this.#guarded(script.name, `${group} ${isConfirmed ? "confirmed" : ""}`, () =>
      isConfirmed ? this.#confirmed?.run(group, call) : this.#run(call),
    );
    this.#gate?.passed();
    return reply;
  }

  /** Runs one command. `what` names it in an error. */
  command<Reply>(what: string, ask: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    return this.#guarded(what, "", () => ask(this.client));
  }

  async #run({ script, keys, args }: Call): Promise<unknown> {
    try {
      return await this.client.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isNoScript(error)) throw error;
      return this.client.eval(script.lua, keys.length, ...keys, ...args);
    }
  }

  async #guarded<Reply>(what: string, group: string, ask: () => Promise<Reply> | undefined): Promise<Reply> {
    try {
      return await this.#breaker(group).run(() => bounded(what, this.timeout, ask() as Promise<Reply>));
    } catch (error) {
      throw unavailable(what, error);
    }
  }

  /** Servers fail one by one: in a cluster, one that is away says nothing of the others. */
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

function unavailable(what: string, error: unknown): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error;
  const cause = error instanceof Error ? error.message : String(error);
  return new StoreUnavailableError(`Redis could not run "${what}": ${cause}`, { cause: error });
}
