import type { Cluster, Redis } from "ioredis";
import { StoreUnavailableError } from "../../errors.js";
import type { Milliseconds } from "../../units.js";
import type { Script } from "./lua.js";

/** The caller's client: of either major version of ioredis, to one server, by Sentinel, or to a cluster. */
export type RedisClient = Redis | Cluster;

/** Runs scripts and commands on the caller's client. Defines nothing on it. */
export class Connection {
  constructor(
    readonly client: RedisClient,
    readonly timeout: Milliseconds,
  ) {}

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    try {
      return await this.#bounded(script.name, this.client.evalsha(script.sha, keys.length, ...keys, ...args));
    } catch (error) {
      if (!isNoScript(error)) throw this.#unavailable(script.name, error);
      return this.command(script.name, (client) => client.eval(script.lua, keys.length, ...keys, ...args));
    }
  }

  /** Runs one command. `what` names it in an error. */
  async command<Reply>(what: string, ask: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    try {
      return await this.#bounded(what, ask(this.client));
    } catch (error) {
      throw this.#unavailable(what, error);
    }
  }

  #bounded<Reply>(what: string, reply: Promise<Reply>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new StoreUnavailableError(`Redis did not answer "${what}" within ${this.timeout} ms`));
      const timer = setTimeout(late, this.timeout);
      reply.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  #unavailable(what: string, error: unknown): StoreUnavailableError {
    if (error instanceof StoreUnavailableError) return error;
    const cause = error instanceof Error ? error.message : String(error);
    return new StoreUnavailableError(`Redis could not run "${what}": ${cause}`, { cause: error });
  }
}

function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}
