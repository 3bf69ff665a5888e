// Stores that are wrong on purpose: what the checker does not find in them it would not find in the real ones.
import type { ClaimReply, OfferStore, StoreChange } from "offer-code";
import type { Backing, BackingMaker } from "./backing.js";
import { memoryBacking } from "./memory-backing.js";
import type { Setting } from "./run.js";
import type { World } from "./world.js";

type Bug = (store: OfferStore, world: World) => Partial<OfferStore>;

export const PLANTED: Record<string, Bug> = {
  "a claim that forgets which message asked": (store) => {
    let claims = 0;
    const anonymous = (id: string) => `${id}-${claims++}`;
    return {
      claim: (request) =>
        store.claim({
          ...request,
          items: request.items.map((each) => ({ ...each, messageId: anonymous(each.messageId) })),
        }),
    };
  },
  "a claim that gives what it gave the last time": (store) => {
    let last: ClaimReply | null = null;
    let claims = 0;
    return {
      async claim(request) {
        const reply = await store.claim(request);
        claims += 1;
        const isGiven = reply.status === "answered" && reply.answers[0]?.status === "claimed";
        if (isGiven && last !== null && claims % 3 === 0) return last;
        if (isGiven && request.items.length === 1) last = reply;
        return reply;
      },
    };
  },
  "a claim that marks no code as shared": (store) => ({
    claim: (request) => store.claim({ ...request, items: request.items.map((each) => ({ ...each, reusable: null })) }),
  }),
  "a claim that does not compare the offer's revision": (store) => ({
    async claim(request) {
      const state = await store.loadOffer(request.offerId);
      return store.claim({ ...request, revision: state?.revision ?? request.revision });
    },
  }),
  "a claim that is dated back": (store) => ({
    claim: (request) => store.claim({ ...request, now: request.now - 1_000 }),
  }),
  "a release that is sent once more, later": (store, world) => ({
    async release(...args) {
      world.after(1_500, null, () => void store.release(...args).catch(() => {}));
      return store.release(...args);
    },
  }),
  "a redemption that is confirmed and not recorded": (store) => ({
    async redeem(code, at) {
      const found = await store.findCode(code);
      if (found === null) return { status: "unknown-code" };
      const { offerId, subscriberId } = found;
      return { status: "redeemed", code, offerId, subscriberId, redeemedAt: at };
    },
  }),
  "a subscription that loses changes of subscribers": (store) => ({
    watch: (listener) => store.watch((change: StoreChange) => change.type !== "subscriber" && listener(change)),
  }),
  "a subscription that loses what is forgotten": (store) => ({
    watch: (listener) => store.watch((change: StoreChange) => change.type !== "forgotten" && listener(change)),
  }),
  "a subscription that loses revocations": (store) => ({
    watch: (listener) => store.watch((change: StoreChange) => change.type !== "revoked" && listener(change)),
  }),
  "an import that loses its last code": (store) => ({
    async addCodes(offerId, batch, codes, since) {
      const { start, outcomes } = await store.addCodes(offerId, batch, codes.slice(0, -1), since);
      return { start, outcomes: [...outcomes, "added"] };
    },
  }),
  "a pool that is said to be empty": (store) => ({
    async claim(request) {
      const reply = await store.claim(request);
      if (reply.status === "offer-changed" || request.items.length > 1 || request.now % 5 > 0) return reply;
      return { ...reply, answers: [{ status: "pool-empty" }] };
    },
  }),
};

/** Schedules over memory, with this bug in the store of each process. */
export function withBug(bug: Bug): Setting {
  const make: BackingMaker = (world, network) => {
    const backing = memoryBacking(world, network);
    return { ...backing, open: (process) => mutated(backing.open(process), bug, world) } satisfies Backing;
  };
  return { make, turns: 1 };
}

function mutated(store: OfferStore, bug: Bug, world: World): OfferStore {
  const changed = bug(store, world);
  return new Proxy(store, {
    get: (_, name: keyof OfferStore) => (changed[name] ?? store[name]) as unknown,
  });
}
