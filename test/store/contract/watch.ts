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
    await heardLast(store(), changes);
    expect(changes.slice(0, -1)).toEqual(Array(3).fill({ type: "offer", offerId: "welcome" }));
  });

  test("a redeemed code is told once, to whom it belongs", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    const { changes } = await listen();
    await store().redeem("a1", NOON);
    await store().redeem("A1", NOON);
    await store().redeem("B2", NOON);
    await heardLast(store(), changes);
    expect(changes.slice(0, -1)).toEqual([{ type: "subscriber", offerId: "welcome", subscriberId: "ann" }]);
  });

  test("a released code is told", async () => {
    await stock(store());
    await claim(store(), "ann", "m1");
    const { changes } = await listen();
    await store().release("welcome", "ann", "m1");
    await store().release("welcome", "ann", "m1");
    await heardLast(store(), changes);
    expect(changes.slice(0, -1)).toEqual([{ type: "subscriber", offerId: "welcome", subscriberId: "ann" }]);
  });

  test("a closed watch is told nothing, and closing it again does nothing", async () => {
    const [one, other] = [await listen(), await listen()];
    await one.watch.close();
    await one.watch.close();
    await heardLast(store(), other.changes);
    expect(one.changes).toEqual([]);
  });
}

/** Makes one more change and waits until it is heard: everything before has been heard by then. */
async function heardLast(store: OfferStore, changes: readonly StoreChange[]): Promise<void> {
  await store.saveOffer({ id: "the last" });
  await eventually(() => changes.some((change) => change.type === "offer" && change.offerId === "the last"), "news");
}
