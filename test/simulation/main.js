// npm run simulate -- --seed N --minutes M
import { createServer } from "vite";

// The tests are TypeScript that names the package by its own name: vite loads both as the test runner does.
const vite = await createServer({
  configFile: "vitest.config.ts",
  appType: "custom",
  logLevel: "error",
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
});
const { simulate } = await vite.ssrLoadModule("/test/simulation/simulate.ts");
process.exitCode = await simulate(process.argv.slice(2));
await vite.close();
