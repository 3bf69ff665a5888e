import { expect, test } from "vitest";
import { codeList } from "../../fixtures.js";
import type { CurrentStore } from "./tools.js";

export function signUpsContract(store: CurrentStore): void {
  test("the first record stands and is returned", async () => {
    expect(await store().recordSignUp("ann", "welcome")).toBe("welcome");
    expect(await store().recordSignUp("ann", "welcome")).toBe("welcome");
    expect(await store().recordSignUp("ann", "vip")).toBe("welcome");
    expect(await store().signUpOffers(["ann"])).toEqual(["welcome"]);
  });

  test("sign-up offers come in the order asked for", async () => {
    const ids = codeList("s", 50);
    for (const id of ids) await store().recordSignUp(id, `offer of ${id}`);
    const asked = [...ids].reverse();
    expect(await store().signUpOffers(["nobody", ...asked])).toEqual([null, ...asked.map((id) => `offer of ${id}`)]);
    expect(await store().signUpOffers([])).toEqual([]);
  });

  test("wrong ids are refused", async () => {
    await expect(store().recordSignUp("", "welcome")).rejects.toThrow(
      'subscriberId: expected 1 to 255 bytes of text without control characters, braces, or blanks at its ends, but got: ""',
    );
    await expect(store().recordSignUp("ann", "{x}")).rejects.toThrow("offerId: expected 1 to 255 bytes");
    expect(await store().signUpOffers(["ann"])).toEqual([null]);
  });
}
