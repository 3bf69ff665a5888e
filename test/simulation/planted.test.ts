import { expect, test } from "vitest";
import { PLANTED, withBug } from "./planted.js";
import { violationsOf } from "./run.js";
import { scheduleOf } from "./schedule.js";
import { overMemory } from "./settings.js";

const MOST_SCHEDULES = 1_000;

test.each(Object.entries(PLANTED))("the checker finds %s", { timeout: 600_000 }, async (_name, bug) => {
  const setting = withBug(bug);
  let seed = 1;
  while (seed <= MOST_SCHEDULES && (await violationsOf(scheduleOf(seed), setting)).length === 0) seed += 1;
  expect(seed, "the first schedule that shows it").toBeLessThanOrEqual(MOST_SCHEDULES);
  expect(await violationsOf(scheduleOf(seed), overMemory)).toEqual([]);
});
