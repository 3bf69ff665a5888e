import { expect, test } from "vitest";
import { runExample } from "./run.js";

test("a subscriber keeps a code through a journey until it is redeemed", async () => {
  const lines = (await runExample("sms-renderer")).trim().split("\n");
  const [messages, reasons] = [
    lines.filter((line) => !line.startsWith(" ")),
    lines.filter((line) => line.startsWith(" ")),
  ];
  expect(messages).toEqual([
    "Hi Ann, your cart misses you: CART-1K7, or as a VIP VIP-77Q",
    "Hi Ann, your cart misses you: CART-1K7, or as a VIP VIP-77Q",
    "Hi Ann, your cart misses you: CART-2M9, or as a VIP VIP-77Q",
    'Not sent: Offer "cart10" has no code for subscriber "sub_2": its pool is empty (pool-empty)',
  ]);
  expect(reasons[1]).toContain("Keeps CART-1K7: received 3 November 2026, not redeemed");
});
