import type { Redis } from "ioredis";
import type { OfferStore } from "offer-code";
import { type RedisStore, redisStore } from "offer-code/redis";
import type { Backing } from "./backing.js";
import type { Network } from "./network.js";
import { RedisSubscription } from "./redis-subscription.js";
import { simulatedClient } from "./simulated-client.js";
import { SimulatedServer } from "./simulated-server.js";
import { useVirtualTimers } from "./virtual-timers.js";
import type { World } from "./world.js";

const PREFIX = "sim";

/** A real server, which nobody else uses, and for each process a store and a client of its own, behind the network. */
export function redisBacking(redis: Redis): (world: World, network: Network) => Promise<Backing> {
  return async (world, network) => {
    await redis.flushall();
    const subscriptions = new Map<string, RedisSubscription[]>();
    const everybody = () => [...subscriptions.values()].flat();
    const server = new SimulatedServer(redis, world, (channel, text) => {
      for (const each of everybody()) each.publish(channel, text);
    });
    const restore = useVirtualTimers(world);
    let truth: RedisStore | null = null;

    function open(process: string): OfferStore {
      const own: RedisSubscription[] = [];
      subscriptions.set(process, own);
      const subscribe = () => {
        const subscription = new RedisSubscription(world, network, process);
        own.push(subscription);
        return subscription;
      };
      return redisStore(simulatedClient(process, network, server, subscribe), { prefix: PREFIX, onWarning: () => {} });
    }

    return {
      open,
      deafen: (process, length) => subscriptions.get(process)?.at(-1)?.deafen(length),
      cut: (process, length) => subscriptions.get(process)?.at(-1)?.cut(length),
      truth() {
        restore();
        truth ??= redisStore(redis, { prefix: PREFIX, onWarning: () => {} });
        return truth;
      },
      async faults(offerIds) {
        await server.expireAll();
        const faults: string[] = [];
        for (const offerId of offerIds) {
          if ((await truth?.loadOffer(offerId)) == null) continue;
          // An import or a withdrawal that broke off leaves entries that lead nowhere, until somebody mends them. Nothing else is left.
          const broken = (await truth?.reconcile(offerId, { repair: true }))?.findings ?? [];
          const mended = (await truth?.reconcile(offerId))?.findings ?? [];
          const findings = [...broken.filter(({ fault }) => fault !== "index-astray"), ...mended];
          faults.push(...findings.map(({ fault, detail }) => `${offerId}: ${fault}: ${detail}`));
        }
        return faults;
      },
      async close() {
        restore();
      },
    };
  };
}
