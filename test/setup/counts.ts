import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Prints at the end how many tests ran against a real Redis, and the counts on a line of their own. */
export default class Counts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const ran = modules.flatMap((module) => [...module.children.allTests()]).filter(hasRun);
    const real = ran.filter((test) => test.meta().realRedis).length;
    const failed = ran.filter((test) => !test.ok()).length;
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandledErrors.length;
    process.once("exit", () =>
      print([
        `${real} of ${ran.length} tests ran against a real Redis server`,
        `${ran.length - failed} passed, ${failed + broken} failed`,
      ]),
    );
  }
}

function hasRun(test: TestCase): boolean {
  const { state } = test.result();
  return state === "passed" || state === "failed";
}

function print(lines: readonly string[]): void {
  process.stdout.write(`\n${lines.join("\n")}\n`);
}
