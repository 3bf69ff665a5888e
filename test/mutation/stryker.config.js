// npm run mutate: changes the rule, the queue, the cache and the renderers' core, one spot at a time, and lists the changes that no test notices.
export default {
  packageManager: "npm",
  plugins: ["@stryker-mutator/vitest-runner"],
  testRunner: "vitest",
  vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
  mutate: [
    "src/domain/decide.ts",
    "src/domain/window.ts",
    "src/resolver/claim-queue.ts",
    "src/resolver/cache/*.ts",
    "helpers/rendering.ts",
    "helpers/reach.ts",
  ],
  // Stryker would rewrite it by a TypeScript whose API TypeScript 7 does not have. Nothing here is compiled by it.
  tsconfigFile: "no-tsconfig.json",
  // What is evaluated once when a module is loaded costs a whole run of all tests for each change.
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 30_000,
  ignorePatterns: ["bench", "dist", "docs", "examples", "page"],
  tempDirName: ".stryker-tmp",
  reporters: ["clear-text", "progress-append-only", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: ".stryker-tmp/mutation.json" },
  thresholds: { high: 95, low: 90, break: 90 },
};
