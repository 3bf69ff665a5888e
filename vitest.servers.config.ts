import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

/** What `npm run test:servers` runs against each newer server: see test/servers/run.js. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ["test/{servers,store,races,faults}/**/*.test.ts", "test/rules.test.ts", "test/rules/**/*.test.ts"],
      fileParallelism: false,
      testTimeout: 240_000,
      hookTimeout: 120_000,
    },
  }),
);
