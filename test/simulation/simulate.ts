import { parseArgs } from "node:util";
import { check, type Violation } from "./checker/check.js";
import type { History } from "./history.js";
import { runSchedule, type Setting, violationsOf } from "./run.js";
import { type Schedule, scheduleOf } from "./schedule.js";
import { type BackingName, overMemory, startOverRedis } from "./settings.js";
import { shrink } from "./shrink.js";

/** A schedule over Redis takes as long as so many over memory. */
const MEMORY_FOR_ONE_REDIS = 10;

const OPTIONS = {
  seed: { type: "string" },
  minutes: { type: "string", default: "1" },
  only: { type: "string" },
  replay: { type: "boolean", default: false },
} as const;

/** Runs schedules from a seed on, for some minutes, and returns the exit code: 1 where one of them shows a violation. */
export async function simulate(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const first = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const backings: BackingName[] = values.only === undefined ? ["memory", "redis"] : [values.only as BackingName];
  const redis = backings.includes("redis") ? await startOverRedis() : null;
  const settingOf = (backing: BackingName) => (backing === "redis" ? redis!.setting : overMemory);
  try {
    if (values.replay) return await replay(first, backings[0]!, settingOf(backings[0]!));
    return await search(first, Number(values.minutes) * 60_000, backings, settingOf);
  } finally {
    await redis?.stop();
  }
}

async function search(
  first: number,
  length: number,
  backings: readonly BackingName[],
  settingOf: (backing: BackingName) => Setting,
): Promise<number> {
  console.log(`from seed ${first} on`);
  const ran = new Map<BackingName, number>(backings.map((backing) => [backing, 0]));
  const [start, kinds] = [performance.now(), new Map<string, number>()];
  for (let seed = first; performance.now() - start < length; seed++) {
    for (const backing of backings) {
      if (backing === "redis" && backings.length > 1 && seed % MEMORY_FOR_ONE_REDIS > 0) continue;
      ran.set(backing, ran.get(backing)! + 1);
      const violations = await violationsOf(scheduleOf(seed), settingOf(backing));
      const isNew = violations.some(({ kind }) => !kinds.has(`${backing} ${kind}`));
      for (const kind of new Set(violations.map((each) => each.kind))) {
        kinds.set(`${backing} ${kind}`, (kinds.get(`${backing} ${kind}`) ?? 0) + 1);
      }
      if (isNew) await report(seed, backing, violations, settingOf(backing));
    }
  }
  console.log([...ran].map(([backing, many]) => `${many} schedules over ${backing}`).join(", "));
  for (const [kind, many] of kinds) console.log(`${kind}: ${many} schedules`);
  return kinds.size > 0 ? 1 : 0;
}

/** Each kind of violation is told once, with the smallest schedule that shows it. */
async function report(
  seed: number,
  backing: BackingName,
  violations: readonly Violation[],
  setting: Setting,
): Promise<void> {
  const { kind } = violations[0]!;
  console.log(`\nseed ${seed} over ${backing}:`);
  for (const { kind: each, detail } of violations) console.log(`  ${each}: ${detail}`);
  const isWrong = async (schedule: Schedule) =>
    (await violationsOf(schedule, setting)).some((each) => each.kind === kind);
  const smallest = await shrink(scheduleOf(seed), isWrong);
  print(await runSchedule(smallest, setting));
  console.log(JSON.stringify(smallest));
  console.log(`npm run simulate -- --seed ${seed} --only ${backing} --replay`);
}

async function replay(seed: number, backing: BackingName, setting: Setting): Promise<number> {
  const history = await runSchedule(scheduleOf(seed), setting);
  print(history);
  const violations = check(history);
  for (const { kind, detail } of violations) console.log(`${kind}: ${detail}`);
  console.log(`${violations.length} violations at seed ${seed} over ${backing}`);
  return violations.length > 0 ? 1 : 0;
}

function print({ operations }: History): void {
  for (const { invoked, completed, process, call, outcome } of operations) {
    const { type, ...about } = call;
    const answer = outcome.status === "ok" ? JSON.stringify(outcome.value) : `${outcome.status}: ${outcome.why}`;
    console.log(`  ${invoked}-${completed} ${process} ${type} ${JSON.stringify(about)} -> ${answer.slice(0, 160)}`);
  }
}
