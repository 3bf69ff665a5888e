import { createResolver, type Message, type OfferStore, type Resolution, type Resolver, type Watch } from "offer-code";
import { expect } from "vitest";
import { clockAt, message } from "../fixtures.js";
import { eventually } from "../setup/wait.js";
import { type Action, BATCHES, MESSAGES, OFFERS, START, SUBSCRIBERS, WINDOWS } from "./actions.js";
import { Invariants } from "./invariants.js";
import { Model } from "./model.js";

/** Replays a history on a store and on the model, which must agree at every step. */
export async function play(store: OfferStore, actions: readonly Action[]): Promise<void> {
  const clock = clockAt(START);
  const watches: Watch[] = [];
  const watched: OfferStore = { ...store, watch: (listener) => add(watches, store.watch(listener)) };
  const resolvers = [
    createResolver({ store: watched, now: clock.now, cache: { maxAge: Number.MAX_SAFE_INTEGER } }),
    createResolver({ store, now: clock.now, cache: false }),
  ];
  const model = new Model();
  const invariants = new Invariants(model);
  await eventually(() => watches.every((watch) => watch.live()), "a live watch");
  for (const action of actions) {
    if (action.type === "wait") clock.at += action.time;
    else await step(store, resolvers, model, invariants, action, clock.at);
  }
  await agreeInTheEnd(store, model);
  for (const resolver of resolvers) await resolver.close();
}

async function step(
  store: OfferStore,
  resolvers: readonly Resolver[],
  model: Model,
  invariants: Invariants,
  action: Exclude<Action, { type: "wait" }>,
  now: number,
): Promise<void> {
  switch (action.type) {
    case "window":
      model.save(action.offer, action.window);
      await store.saveOffer({ id: action.offer, window: WINDOWS[action.window] });
      return;
    case "import": {
      if (!model.windows.has(action.offer)) return;
      const { startsOn, endsOn } = BATCHES[action.batch]!;
      // An import refuses days that the window of today ignores; the window may have been another when they came in.
      const batch = { id: action.batch, startsOn, endsOn };
      const { outcomes } = await store.addCodes(action.offer, batch, action.codes);
      expect(outcomes.filter((outcome) => outcome === "added").length).toBe(model.import(action));
      return;
    }
    case "sign-up":
      model.signUp(action.subscriber, action.offer);
      await store.recordSignUp(action.subscriber, action.offer);
      return;
    case "redeem": {
      const expected = model.redeem(action.code);
      expect((await resolvers[0]!.redeem(action.code, { at: now })).status).toBe(expected);
      return;
    }
    case "release":
      return release(resolvers[0]!, model, invariants, action);
    case "send":
      return send(resolvers[action.by]!, model, invariants, action, now);
  }
}

async function send(
  resolver: Resolver,
  model: Model,
  invariants: Invariants,
  action: Extract<Action, { type: "send" }>,
  now: number,
): Promise<void> {
  const expected = model.send(action, now);
  const parts = Array.from({ length: action.parts }, () => resolver.resolve(messageOf(action)));
  const answers: Resolution[] = await Promise.all(parts);
  for (const answer of answers) {
    expect({ code: answer.code, reason: answer.reason }).toEqual(expected);
    invariants.shown(action, answer, now);
  }
}

async function release(
  resolver: Resolver,
  model: Model,
  invariants: Invariants,
  action: Extract<Action, { type: "release" }>,
): Promise<void> {
  const allowed = model.release(action);
  const released = await resolver.release({ ...messageOf(action), type: "campaign" });
  expect(allowed).toContain(released.status);
  if (released.status !== "released") return;
  expect(released.code).toBe(model.takeBack(action));
  invariants.released(action, released.code);
}

function messageOf(action: { message: string; subscriber: string; offer: string }): Message {
  const { message: id, subscriber: subscriberId, offer: offerId } = action;
  return message({ id, type: MESSAGES[id]!, subscriberId, offerId });
}

async function agreeInTheEnd(store: OfferStore, model: Model): Promise<void> {
  for (const offer of OFFERS.filter((id) => model.windows.has(id))) {
    const counts = (await store.counts(offer)) ?? [];
    expect(counts.map(({ batch: _, ...rest }) => rest)).toEqual(model.counts(offer));
    const holdings = await store.holdings(offer, SUBSCRIBERS);
    for (const [at, subscriber] of SUBSCRIBERS.entries()) {
      const held = model.heldBy(offer, subscriber).map((each) => each.code);
      expect((holdings[at] ?? []).map((each) => each.code)).toEqual(held);
    }
  }
}

function add<Item>(items: Item[], item: Item): Item {
  items.push(item);
  return item;
}
