import { setTimeout as pause } from "node:timers/promises";

/** Asks again and again until the answer is yes; throws what was waited for when `within` milliseconds are over. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  within: number = 15_000,
): Promise<void> {
  const deadline = performance.now() + within;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited ${within} ms for ${what}`);
    await pause(10);
  }
}
