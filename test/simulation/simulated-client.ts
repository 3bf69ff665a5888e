import type { RedisClient } from "offer-code/redis";
import type { Network } from "./network.js";
import type { RedisSubscription } from "./redis-subscription.js";
import type { SimulatedServer } from "./simulated-server.js";

type Argument = string | number;

/** A Redis client of one process: every command goes through the network. */
export function simulatedClient(
  process: string,
  network: Network,
  server: SimulatedServer,
  subscribe: () => RedisSubscription,
): RedisClient {
  const send = (name: string, args: readonly Argument[]) =>
    network.call(process, name, () => server.run([name, ...args.flat()]));
  const client = {
    options: { commandTimeout: 2_000 },
    call: (name: string, ...args: Argument[]) => send(name, args),
    on: () => client,
    duplicate: subscribe,
    disconnect: () => {},
    pipeline() {
      const commands: [string, ...Argument[]][] = [];
      const pipeline = {
        call: (name: string, ...args: Argument[]) => commands.push([name, ...args.flat()]) && pipeline,
        exec: () => network.call(process, "pipeline", () => runAll(server, commands)),
      };
      return pipeline;
    },
  };
  // `client.hget(...)` is `client.call("hget", ...)`.
  const commands = new Proxy(client, {
    get(target, name) {
      if (name in target || typeof name === "symbol" || name === "then") return target[name as keyof typeof target];
      return (...args: Argument[]) => send(name, args);
    },
  });
  return commands as unknown as RedisClient;
}

async function runAll(
  server: SimulatedServer,
  commands: readonly [string, ...Argument[]][],
): Promise<[Error | null, unknown][]> {
  const outcomes: [Error | null, unknown][] = [];
  for (const command of commands) {
    try {
      outcomes.push([null, await server.run(command)]);
    } catch (error) {
      outcomes.push([error as Error, undefined]);
    }
  }
  return outcomes;
}
