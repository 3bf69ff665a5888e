import { memoryStore, type OfferStore, StoreUnavailableError } from "offer-code";
import type { Backing } from "./backing.js";
import { MemorySubscription } from "./memory-subscription.js";
import type { Network } from "./network.js";
import type { World } from "./world.js";

/** How long a process waits for an answer, as with the Redis store's default. */
const TIMEOUT = 2_000;

/**
 * What comes into effect in time or not at all, and not once more afterwards. An embedded store has no network, so it cannot see to that itself;
 * how the Redis store does is tested where it is the backing.
 */
const IN_TIME_OR_NOT: ReadonlySet<string> = new Set([
  "release",
  "addCodes",
  "withdraw",
  "saveOffer",
  "forget",
  "recordSignUp",
  "revoke",
]);

type Method = (...args: unknown[]) => Promise<unknown>;

/** One embedded store, with a network between it and each process. */
export function memoryBacking(world: World, network: Network): Backing {
  const store = memoryStore();
  const subscriptions = new Map<string, MemorySubscription>();

  function open(process: string): OfferStore {
    const subscription = new MemorySubscription(world, network, process);
    subscriptions.set(process, subscription);
    return new Proxy(store, {
      get(_, name: keyof OfferStore) {
        if (name === "watch")
          return (listener: Parameters<OfferStore["watch"]>[0]) => subscription.open(store, listener);
        const method = store[name] as Method | undefined;
        return method && ((...args: unknown[]) => call(process, name, method, args));
      },
    });
  }

  function call(process: string, name: string, method: Method, args: unknown[]): Promise<unknown> {
    const giveUpAt = world.wallClock() + TIMEOUT;
    const isGuarded = IN_TIME_OR_NOT.has(name);
    const act = () => {
      if (isGuarded && world.wallClock() > giveUpAt) throw new StoreUnavailableError("too late");
      return method.apply(store, args);
    };
    return new Promise((resolve, reject) => {
      const late = world.after(TIMEOUT, process, () => reject(new StoreUnavailableError(`no answer to "${name}"`)));
      const answer = network.call(process, name, act, { again: isGuarded ? "at once" : "later" });
      answer.then(resolve, reject).finally(() => late.cancel());
    });
  }

  return {
    open,
    deafen: (process, length) => subscriptions.get(process)?.deafen(length),
    cut: (process, length) => subscriptions.get(process)?.cut(length),
    truth: () => store,
    faults: async () => [],
    close: () => store.close(),
  };
}
