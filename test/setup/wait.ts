import { setTimeout as pause } from "node:timers/promises";

/** Polls until `isSo` is true; throws, naming `what`, after `within` milliseconds. */
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
