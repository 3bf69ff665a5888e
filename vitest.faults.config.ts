import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

/** The long form of the tests in test/faults: more rounds, more messages. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      include: ["test/faults/**/*.test.ts"],
      env: { OFFER_CODE_FAULTS: "long" },
      testTimeout: 1_200_000,
      fileParallelism: false,
    },
  }),
);
