import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^offer-code$/, replacement: source("src/index.ts") },
      { find: /^offer-code\/redis$/, replacement: source("src/store/redis/index.ts") },
      { find: /^offer-code\/operations$/, replacement: source("src/operations/index.ts") },
      { find: /^offer-code\/shopify$/, replacement: source("src/shopify.ts") },
      { find: /^offer-code\/otel$/, replacement: source("src/otel.ts") },
      { find: /^offer-code\/handlebars$/, replacement: source("helpers/handlebars.ts") },
      { find: /^offer-code\/liquid$/, replacement: source("helpers/liquid.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    // These need newer servers than a system may have: `npm run test:servers`.
    exclude: [...configDefaults.exclude, "test/servers/**"],
    globalSetup: "test/setup/global.ts",
    setupFiles: "test/setup/servers.ts",
    reporters: ["default", source("test/setup/counts.ts")],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    // `npm test` prints the share of this process: what tests start as programs (the command line, workers) does not count.
    coverage: { provider: "v8", include: ["src/**", "helpers/**"], reporter: ["text-summary"], clean: true },
  },
});
