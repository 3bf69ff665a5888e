import { expect, test } from "vitest";
import { HOUR, NOON, stock } from "../../fixtures.js";
import { type CurrentStore, claim, codeOf, codesOf, holdingOf } from "./tools.js";

/** The codes of a person over all offers, and two profiles that become one. */
export function peopleContract(store: CurrentStore): void {
  const ofAll = async (id: string) => ((await store().codesOf?.(id)) ?? []).map(({ code }) => code);

  async function twoOffers(): Promise<void> {
    await stock(store(), {}, [{ id: "b1", codes: ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8"] }]);
    await stock(store(), { id: "vip" }, [{ id: "b1", codes: ["V1", "V2"] }]);
  }

  test("all codes of a person are listed, newest first, however many offers gave them and however long ago", async () => {
    await twoOffers();
    for (let at = 1; at <= 7; at++) await claim(store(), "ann", `m${at}`, { now: NOON + at * HOUR });
    await claim(store(), "ann", "v1", { offerId: "vip", now: NOON + 3.5 * HOUR });
    await store().redeem("A2", NOON + 9 * HOUR);
    expect(await ofAll("ann")).toEqual(["A7", "A6", "A5", "A4", "V1", "A3", "A2", "A1"]);
    expect((await store().codesOf?.("ann"))?.[6]).toMatchObject({
      code: "A2",
      offerId: "welcome",
      messageId: "m2",
      redeemedAt: NOON + 9 * HOUR,
    });
    expect(await ofAll("nobody")).toEqual([]);
  });

  test("two profiles become one: codes, messages and sign-up offer move, and again nothing", async () => {
    await twoOffers();
    await claim(store(), "ann", "m1", { now: NOON });
    await claim(store(), "ann2", "m2", { now: NOON + HOUR });
    await claim(store(), "ann2", "v1", { offerId: "vip", now: NOON });
    await store().recordSignUp("ann2", "vip");
    expect(await store().merge?.("ann2", "ann")).toEqual({ codes: 2, signUpOfferId: "vip" });
    expect(await codesOf(store(), "ann")).toEqual(["A2", "A1"]);
    expect(await holdingOf(store(), "ann2")).toBeNull();
    expect(await store().findCode("A2")).toMatchObject({ subscriberId: "ann", messageId: "m2" });
    expect(await store().signUpOffers(["ann", "ann2"])).toEqual(["vip", null]);
    expect(await ofAll("ann")).toEqual(["A2", "A1", "V1"]);
    expect(await store().merge?.("ann2", "ann")).toEqual({ codes: 0, signUpOfferId: "vip" });
    // The message that gave ann2 her code shows it to ann, and the next one claims a new one where it is asked to.
    expect(codeOf(await claim(store(), "ann", "m2"))).toBe("holds");
    expect(codeOf(await claim(store(), "ann", "m9"))).toBe("A3");
  });

  test("of two sign-up offers the one stands whose code was given first", async () => {
    await twoOffers();
    await store().recordSignUp("ann", "welcome");
    await store().recordSignUp("ann2", "vip");
    await claim(store(), "ann", "m1", { now: NOON });
    await claim(store(), "ann2", "v1", { offerId: "vip", now: NOON - HOUR });
    expect(await store().merge?.("ann2", "ann")).toEqual({ codes: 1, signUpOfferId: "vip" });
    expect(await store().merge?.("ann2", "ann")).toEqual({ codes: 0, signUpOfferId: "vip" });
  });

  test("a subscriber is not merged with itself", async () => {
    await expect(store().merge?.("ann", "ann")).rejects.toThrow("into: expected another subscriber than from");
    await expect(store().merge?.("", "ann")).rejects.toThrow("from: expected 1 to 255 bytes");
  });
}
