import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInputError } from "offer-code";
import { redisStore } from "offer-code/redis";
import { expect, test } from "vitest";
import { client } from "../faults/test-store.js";
import { olderServer, SERVERS_CACHE } from "../setup/debian-servers.js";
import { freePort } from "../setup/redis.js";
import { eventually } from "../setup/wait.js";

test("Redis 6 is refused by its version, before anything is written", async () => {
  const dir = mkdtempSync(join(tmpdir(), "offer-code-old-"));
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", dir];
  const child = spawn(olderServer(SERVERS_CACHE), args, { stdio: "ignore" });
  try {
    const own = client(`redis://127.0.0.1:${port}`);
    await eventually(() => own.ping().then(Boolean, () => false), "the server");
    for (const durability of ["fast", "replicated"] as const) {
      const store = redisStore(own, { durability, onWarning: () => {} });
      await expect(store.ready()).rejects.toBeInstanceOf(InvalidInputError);
      await expect(store.saveOffer({ id: "welcome" })).rejects.toThrow(
        "Redis 7 or later is needed, but this server is version 6",
      );
    }
    expect(await own.dbsize()).toBe(0);
  } finally {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    rmSync(dir, { recursive: true, force: true });
  }
});
