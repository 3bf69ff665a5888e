import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../vitest.config.js";

/** The tests that have to notice a change of the rule, the resolver or a renderer. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], reporters: [] } },
  defineConfig({
    root: fileURLToPath(new URL("../..", import.meta.url)),
    test: {
      include: ["test/{domain,resolver,helpers,rules}/**/*.test.ts", "test/rules.test.ts", "test/mutation/*.test.ts"],
      // Those that take longest: they show what large numbers cost, or what other packages do.
      // The second store tells nothing more about what is changed here.
      testNamePattern: /^(?!.*redisStore)/,
      exclude: ["test/helpers/{handlebars-spec,stacks}.test.ts", "test/resolver/{bounded,call-limit}.test.ts"],
    },
  }),
);
