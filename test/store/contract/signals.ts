import { expect, test } from "vitest";
import type { CurrentStore } from "./tools.js";

export function signalsContract(store: CurrentStore): void {
  test("a signal is taken by one caller, until it is settled as not delivered", async () => {
    const taken = await Promise.all(["a", "b", "c"].map(() => store().takeSignal("welcome is low")));
    expect(taken.filter(Boolean)).toHaveLength(1);
    await store().settleSignal("welcome is low", false);
    expect(await store().takeSignal("welcome is low")).toBe(true);
  });

  test("a delivered signal is not given again, until it is settled anew", async () => {
    expect(await store().takeSignal("welcome is low")).toBe(true);
    await store().settleSignal("welcome is low", true);
    expect(await store().takeSignal("welcome is low")).toBe(false);
    expect(await store().takeSignal("another")).toBe(true);
    await store().settleSignal("welcome is low", false);
    expect(await store().takeSignal("welcome is low")).toBe(true);
  });
}
