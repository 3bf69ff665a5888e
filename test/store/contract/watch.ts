import type { OfferStore, StoreChange, Watch } from "offer-code";
import { afterEach, expect, test } from "vitest";
import { NOON, stock } from "../../fixtures.js";
import { eventually } from "../../setup/wait.js";
import { type CurrentStore, claim } from "./tools.js";

type Heard = { readonly changes: StoreChange[]; readonly watch: Watch };
type Row = [what: string, act: (store: OfferStore) => Promise<unknown>, told: StoreChange];

const OFFER: StoreChange = { type: "offer", offerId: "welcome" };
const ANN: StoreChange = { type: "subscriber", offerId: "welcome", subscriberId: "ann" };

const CHANGES: Row[] = [
  ["a new offer", (store) => store.saveOffer({ id: "vip" }), { type: "offer", offerId: "vip" }],
  ["a changed offer", (store) => store.saveOffer({ id: "welcome", name: "10% off" }), OFFER],
  ["a new batch", (store) => store.addCodes("welcome", { id: "b2" }, ["D4"]), OFFER],
  ["a redeemed code", (store) => store.redeem("a1", NOON), ANN],
  ["a revoked code", (store) => store.revoke("a1"), { ...ANN, type: "revoked" } as StoreChange],
  ["other days of a batch", (store) => store.changeDays("welcome", { id: "b1", endsOn: "2026-12-31" }), OFFER],
  ["a released code", (store) => store.release("welcome", "ann", "m1"), ANN],
  ["a person forgotten", (store) => store.forget("ann"), { type: "forgotten", subscriberId: "ann" }],
];

const NO_CHANGES: [string, (store: OfferStore) => Promise<unknown>][] = [
  ["the same offer saved again", (store) => store.saveOffer({ id: "welcome" })],
  ["a code revoked that nobody holds", (store) => store.revoke("B2")],
  ["a code redeemed that nobody holds", (store) => store.redeem("B2", NOON)],
  ["a release of nothing", (store) => store.release("welcome", "ann", "m9")],
];

/** The bus of a cluster may deliver changes from before the watch was live a moment late; then the test listens anew. */
const WITH_LATE_NEWS = { retry: 3 };

/** `elsewhere`: the same store in another process, which makes the changes. */
export function watchContract(store: CurrentStore, elsewhere: CurrentStore = store): void {
  const open: Watch[] = [];
  afterEach(async () => {
    for (const watch of open.splice(0)) await watch.close();
  });

  /** Listens from now on. That changes were missed before is no news here. */
  async function listen(): Promise<Heard> {
    await stock(elsewhere());
    await claim(elsewhere(), "ann", "m1");
    const changes: StoreChange[] = [];
    const watch = store().watch((change) => void changes.push(change));
    open.push(watch);
    await eventually(() => watch.live(), "a live watch");
    changes.length = 0;
    return { changes, watch };
  }

  test.each(CHANGES)("a live watch is told of %s", WITH_LATE_NEWS, async (what, act, told) => {
    const { changes } = await listen();
    await act(elsewhere());
    await eventually(() => changes.some((change) => sameChange(change, told)), `news of ${what}`);
    expect(changes.filter((change) => !sameChange(change, told))).toEqual([]);
  });

  test.each(NO_CHANGES)("%s is no news", WITH_LATE_NEWS, async (_, act) => {
    const { changes } = await listen();
    await act(elsewhere());
    expect(await heardBefore(elsewhere(), changes)).toEqual([]);
  });

  test("a closed watch is told nothing, and closing it again does nothing", async () => {
    const [one, other] = [await listen(), await listen()];
    await one.watch.close();
    await one.watch.close();
    one.changes.length = 0;
    await heardBefore(elsewhere(), other.changes);
    expect(one.changes).toEqual([]);
  });
}

/** The changes that arrived before one more change, which this waits for. */
async function heardBefore(store: OfferStore, changes: readonly StoreChange[]): Promise<StoreChange[]> {
  await store.saveOffer({ id: "the last" });
  const isLast = (change: StoreChange) => sameChange(change, { type: "offer", offerId: "the last" });
  await eventually(() => changes.some(isLast), "news of the last change");
  return changes.filter((change) => !isLast(change));
}

function sameChange(one: StoreChange, other: StoreChange): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
