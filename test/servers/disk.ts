import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RedisServer, type RedisServerOptions, startRedis } from "../setup/redis.js";

const SOURCE = fileURLToPath(new URL("sync-log.c", import.meta.url));

export type Disk = {
  readonly server: RedisServer;
  /** Until `release`, nothing more gets to the disk. */
  hold(): void;
  release(): void;
  /** Ends the server as a power cut does: of its append-only file only what was synchronised is left. Then starts it again. */
  powerCut(): Promise<void>;
};

/** A server with an append-only file on a disk whose every synchronisation is known. */
export async function startWithDisk(
  appendfsync: "always" | "everysec",
  options: RedisServerOptions = {},
): Promise<Disk> {
  const folder = mkdtempSync(join(tmpdir(), "offer-code-disk-"));
  const [library, log, held] = ["sync-log.so", "log", "held"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  compile(library);
  writeFileSync(log, "");
  const server = await startRedis({
    ...options,
    config: { appendonly: "yes", appendfsync, "no-appendfsync-on-rewrite": "no", ...options.config },
    env: { LD_PRELOAD: library, SYNC_LOG: log, SYNC_HOLD: held },
  });
  return {
    server,
    hold: () => writeFileSync(held, ""),
    release: () => rmSync(held, { force: true }),
    async powerCut() {
      await server.kill9();
      rmSync(held, { force: true });
      for (const [path, size] of synchronised(log)) truncateSync(path, size);
      writeFileSync(log, "");
      await server.restart();
    },
  };
}

function compile(library: string): void {
  const args = ["-shared", "-fPIC", "-O1", "-w", "-nostdlib", "-o", library, SOURCE];
  const { status, stderr, error } = spawnSync(process.env.CC ?? "cc", args, { encoding: "utf8" });
  if (status !== 0)
    throw new Error(`a C compiler is needed (cc, or the one that CC names): ${error?.message ?? stderr}`);
}

/** The append-only files, and how much of each is on disk. */
function synchronised(log: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const line of readFileSync(log, "utf8").split("\n")) {
    const [, size, path] = /^(\d+) (.*\.incr\.aof)$/.exec(line) ?? [];
    if (path !== undefined) sizes.set(path, Number(size));
  }
  return sizes;
}
