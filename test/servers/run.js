// Runs the tests of stores, races, rules and faults against Redis 8 and Valkey 8.1, fetched as Debian packages without installing them.
// `npm run test:servers -- FILTER` runs a part of them.
import { spawnSync } from "node:child_process";
import { newerServers, SERVERS_CACHE } from "../setup/debian-servers.js";

const VITEST = "node_modules/vitest/vitest.mjs";
const filters = process.argv.slice(2);
let failed = 0;

for (const program of newerServers(SERVERS_CACHE)) {
  const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  console.log(`\n${stdout.trim()}`);
  const { status } = spawnSync(process.execPath, [VITEST, "run", "--config", "vitest.servers.config.ts", ...filters], {
    stdio: "inherit",
    env: { ...process.env, REDIS_SERVER_BIN: program },
  });
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
