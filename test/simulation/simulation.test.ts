import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { FOUND } from "./found.js";
import { runSchedule, type Setting, violationsOf } from "./run.js";
import { scheduleOf } from "./schedule.js";
import { type BackingName, overMemory, startOverRedis } from "./settings.js";

/** Far more than it takes: a slow machine is no fault. */
vi.setConfig({ testTimeout: 600_000 });

/** Seeds that are the same in every run, and others that nobody has seen before. */
const MANY: Record<BackingName, { fixed: number; fresh: number }> = {
  memory: { fixed: 800, fresh: 1_600 },
  redis: { fixed: 100, fresh: 200 },
};

let redis: Awaited<ReturnType<typeof startOverRedis>>;
beforeAll(async () => {
  redis = await startOverRedis();
});
afterAll(() => redis.stop());

describe.each(["memory", "redis"] as const)("processes over %s", (backing) => {
  const setting = (): Setting => (backing === "memory" ? overMemory : redis.setting);

  /** What goes wrong in this many schedules, and how to see it again. */
  async function search(first: number, many: number): Promise<string[]> {
    const wrong: string[] = [];
    for (let seed = first; seed < first + many; seed++) {
      const violations = await violationsOf(scheduleOf(seed), setting());
      const again = `npm run simulate -- --seed ${seed} --only ${backing} --replay`;
      wrong.push(...violations.map(({ kind, detail }) => `${kind}: ${detail} (${again})`));
    }
    return wrong;
  }

  test("no code goes to two people, whatever the network does", async () => {
    expect(await search(1, MANY[backing].fixed)).toEqual([]);
  });

  test("nor under schedules that are new in each run", async () => {
    const first = Math.floor(Math.random() * 2 ** 31);
    console.info(`${MANY[backing].fresh} schedules over ${backing} from seed ${first} on`);
    expect(await search(first, MANY[backing].fresh)).toEqual([]);
  });

  test("a seed replays exactly", async () => {
    for (const seed of [3, 4, 5]) {
      const once = await runSchedule(scheduleOf(seed), setting());
      expect(await runSchedule(scheduleOf(seed), setting())).toEqual(once);
    }
  });

  const found = FOUND.filter(({ over }) => over.includes(backing));
  test.each(found.map(({ what, schedule }) => [what, schedule] as const))("found once: %s", async (_what, schedule) => {
    expect(await violationsOf(schedule, setting())).toEqual([]);
  });
});
