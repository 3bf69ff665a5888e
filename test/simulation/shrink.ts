import type { Schedule } from "./schedule.js";

/** The same trouble with as few steps, wrong clocks and network faults as it takes. */
export async function shrink(schedule: Schedule, isWrong: (schedule: Schedule) => Promise<boolean>): Promise<Schedule> {
  let smallest = schedule;
  const attempt = async (smaller: Schedule) => {
    if (!(await isWrong(smaller))) return false;
    smallest = smaller;
    return true;
  };
  for (let before = -1; before !== smallest.steps.length; ) {
    before = smallest.steps.length;
    await attempt({ ...smallest, weather: 0 });
    for (let size = Math.ceil(before / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at < smallest.steps.length; ) {
        const steps = smallest.steps.toSpliced(at, size);
        if (!(await attempt({ ...smallest, steps }))) at += size;
      }
    }
  }
  for (const place of smallest.ahead.keys()) {
    if (smallest.ahead[place] !== 0) await attempt({ ...smallest, ahead: smallest.ahead.with(place, 0) });
  }
  for (const [place, step] of smallest.steps.entries()) {
    if (step.type !== "send" || step.parts === 1) continue;
    await attempt({ ...smallest, steps: smallest.steps.with(place, { ...step, parts: 1 }) });
  }
  return smallest;
}
