import type { OfferStore, StoreChange, Watch } from "offer-code";
import { afterEach, expect, test } from "vitest";
import { NOON, stock } from "../../fixtures.js";
import { eventually } from "../../setup/wait.js";
import { type CurrentStore, claim } from "./tools.js";

type Heard = { readonly changes: StoreChange[]; readonly watch: Watch };

export function watchContract(store: CurrentStore): void {
  const open: Watch[] = [];
  afterEach(async () => {
    for (const watch of open.splice(0)) await watch.close();
  });

  /** Listens from now on. That changes were missed before is no news here. */
  async function listen(): Promise<Heard> {
    const changes: StoreChange[] = [];
    const watch = store().watch((change) => void changes.push(change));
    open.push(watch);
    await eventually(() => watch.live(), "a live watch");
    changes.length = 0;
    return { changes, watch };
  }

  test("a live watch is told of a new offer, a changed offer and a new batch", async () => {
    const { changes } = await listen();
    await store().saveOffer({ id: "welcome" });
    await store().saveOffer({ id: "welcome" });
    await store().saveOffer({ id: "welcome", name: "10% off" });
    await store().addCodes("welcome", { id: "b1" }, ["A1"]);
    expect(await heard(store(), changes)).toEqual([{ type: "offer", offerId: "welcome" }]);
  });

  test("a redeemed code is told, with the subscriber it belongs to", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    const { changes } = await listen();
    await store().redeem("a1", NOON);
    await store().redeem("A1", NOON);
    await store().redeem("B2", NOON);
    expect(await heard(store(), changes)).toEqual([{ type: "subscriber", offerId: "welcome", subscriberId: "ann" }]);
  });

  test("a released code is told", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    const { changes } = await listen();
    await store().release("welcome", "ann", "m1");
    await store().release("welcome", "ann", "m1");
    expect(await heard(store(), changes)).toEqual([{ type: "subscriber", offerId: "welcome", subscriberId: "ann" }]);
  });

  test("a forgotten person is told", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    const { changes } = await listen();
    await store().forget("ann");

    expect(await heard(store(), changes)).toContainEqual({ type: "forgotten", subscriberId: "ann" });
  });

  test("a closed watch is told nothing, and closing it again does nothing", async () => {
    const [one, other] = [await listen(), await listen()];
    await one.watch.close();
    await one.watch.close();
    await heard(store(), other.changes);
    expect(one.changes).toEqual([]);
  });
}

/** What was told before one more change, which is waited for. A change may be told twice: by the store itself and by its channel. */
async function heard(store: OfferStore, changes: readonly StoreChange[]): Promise<StoreChange[]> {
  await store.saveOffer({ id: "the last" });
  const isLast = (change: StoreChange) => change.type === "offer" && change.offerId === "the last";
  await eventually(() => changes.some(isLast), "news");
  const before = changes.filter((change) => !isLast(change)).map((change) => JSON.stringify(change));
  return [...new Set(before)].map((text) => JSON.parse(text) as StoreChange);
}
