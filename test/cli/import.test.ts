import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { importCodes } from "offer-code";
import type { ImportFileReport } from "offer-code/operations";
import { type RedisStore, redisStore } from "offer-code/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFaultProxy } from "../setup/fault-proxy.js";
import { startRedis } from "../setup/redis.js";
import { eventually } from "../setup/wait.js";
import { createSandbox, endOf, PROGRAM, type Sandbox } from "./process.js";

const MEGABYTE = 1024 * 1024;
const MANY = 60_000;

let server: Awaited<ReturnType<typeof startRedis>>;
let sandbox: Sandbox;
let client: Redis;
let prefixes = 0;

beforeAll(async () => {
  server = await startRedis();
  sandbox = createSandbox(server.url);
  client = new Redis(server.url);
  await codesFile("many.csv", MANY);
});
afterAll(() => {
  client.disconnect();
  sandbox.remove();
});

function codeAt(number: number): string {
  return `CODE-${number.toString(36).toUpperCase().padStart(8, "0")}`;
}

function codes(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, at) => codeAt(from + at));
}

async function codesFile(name: string, count: number): Promise<void> {
  const file = createWriteStream(join(sandbox.dir, name));
  file.write("code\n");
  for (let number = 0; number < count; number += 10_000) {
    if (!file.write(`${codes(number, Math.min(10_000, count - number)).join("\n")}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}

/** A shop with one offer, and the arguments that import into it. */
async function shop(file: string) {
  const prefix = `shop${prefixes++}`;
  const store = redisStore(client, { prefix, timeout: 20_000, onWarning: () => {} });
  await store.saveOffer({ id: "welcome" });
  const words = ["import", "welcome", file, "--prefix", prefix];
  const inPool = async () => (await store.counts("welcome"))?.[0]?.inPool ?? 0;
  const run = async () => JSON.parse((await sandbox.run([...words, "--json"].join(" "))).stdout) as ImportFileReport;
  return { prefix, store, words, inPool, run };
}

/** The whole pool in its order, and what a check of everything kept finds. */
async function pictureOf({ prefix, store }: { prefix: string; store: RedisStore }): Promise<unknown> {
  const pool = await client.lrange(`${prefix}:{welcome}:pool:0`, 0, -1);
  const { faults, findings, codes } = await store.reconcile("welcome");
  return { pool, faults, findings, codes, counts: await store.counts("welcome") };
}

test("a million codes take less than 200 MB of memory, and each is in the pool once", async () => {
  await codesFile("million.csv", 1_000_000);
  const { store, words, inPool } = await shop("million.csv");
  const told = "process.on('exit',()=>process.stderr.write('used '+process.resourceUsage().maxRSS*1024))";
  const child = sandbox.start(words, {
    NODE_ARGUMENTS: `--import=data:text/javascript,${told}`,
  });
  const { exitCode, stdout, stderr } = await endOf(child);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^added +1,000,000$/m) });
  expect(Number(/used (\d+)/.exec(stderr)?.[1])).toBeLessThan(200 * MEGABYTE);
  expect(await inPool()).toBe(1_000_000);
  expect(await store.findCode(codeAt(999_999))).toMatchObject({ status: "in-pool" });
}, 120_000);

describe("an import that is run again after it was", () => {
  test("killed at ten points ends as if it had run once", async () => {
    const clean = await shop("many.csv");
    await importCodes(clean.store, "welcome", codes(0, MANY), { batch: "many" });
    const { store, prefix, words, inPool, run } = await shop("many.csv");
    let killed = 0;
    for (let point = 1; point <= 10; point++) {
      const child = sandbox.start(words);
      const ended = endOf(child);
      const target = Math.min(MANY - 1, (await inPool()) + 1 + Math.floor(Math.random() * 4000));
      await eventually(async () => child.exitCode !== null || (await inPool()) >= target, "some codes to be added");
      child.kill("SIGKILL");
      if ((await ended).exitCode === null) killed += 1;
      // A lock of the dead ends after five seconds by itself: waited for once, after the last.
      if (point < 10) await client.del(`${prefix}:import:{turn}`);
    }
    expect(killed).toBe(10);
    expect(await run()).toMatchObject({ complete: true });
    expect(await pictureOf({ store, prefix })).toEqual(await pictureOf(clean));
    expect(await run()).toMatchObject({ added: 0, duplicates: { inFile: 0, inPool: MANY } });
  }, 120_000);

  test("interrupted by Ctrl-C says so, and the second run adds the rest", async () => {
    const { words, inPool, run } = await shop("many.csv");
    const child = sandbox.start([...words, "--json"]);
    const ended = endOf(child);
    await eventually(async () => (await inPool()) > 0, "some codes to be added");
    child.kill("SIGINT");
    const { exitCode, stdout, stderr } = await ended;
    const first = JSON.parse(stdout);
    expect([exitCode, stderr]).toEqual([130, "offer-code: interrupted: run the same command again to add the rest\n"]);
    expect(first).toMatchObject({ complete: false });
    expect(await inPool()).toBe(first.added);
    const second = { complete: true, added: MANY - first.added, duplicates: { inPool: first.added } };
    expect(await run()).toMatchObject(second);
  }, 60_000);

  test("cut off from Redis says so, and the second run adds the rest", async () => {
    const { words, store, inPool, run } = await shop("many.csv");
    const proxy = await startFaultProxy(server);
    const ended = endOf(sandbox.start([...words, "--redis", proxy.url]));
    await eventually(async () => (await inPool()) > 0, "some codes to be added");
    proxy.refuse();
    proxy.cutAll();
    const { exitCode, stderr } = await ended;
    proxy.close();
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^offer-code: Redis .*\. Run the same command again: no code is added twice\n$/);
    expect(await run()).toMatchObject({ complete: true });
    expect(await store.reconcile("welcome")).toMatchObject({ faults: 0, codes: MANY, inPool: MANY });
  }, 60_000);
});

// `script` comes with every Linux: it gives the command a terminal and writes down what it shows.
describe.runIf(existsSync("/usr/bin/script"))("on a terminal", () => {
  test("a bar shows how far the import is, and the report follows it", async () => {
    const { words } = await shop("many.csv");
    const command = `stty cols 100; exec '${process.execPath}' '${PROGRAM}' ${words.join(" ")}`;
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      cwd: sandbox.dir,
      env: { PATH: process.env.PATH, REDIS_URL: server.url, TERM: "xterm", SHELL: "/bin/sh" },
    });
    const { exitCode, stdout } = await endOf(child);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Adding codes [█░]+ \d+% \| [\d,]+ of 60,000/);
    expect(stdout).toContain("100% | 60,000 of 60,000");
    expect(stdout.split("\r").length).toBeGreaterThan(3);
    expect(stdout.replaceAll("\r", "")).toMatch(/added +60,000\n/);
  }, 60_000);
});

test("elsewhere a long import writes a line every few seconds, and no bar", async () => {
  const { words } = await shop("many.csv");
  const proxy = await startFaultProxy(server);
  proxy.delayReply(["EVALSHA"], 200);
  const { exitCode, stderr } = await endOf(sandbox.start([...words, "--redis", proxy.url]));
  proxy.close();
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^(Adding codes: [\d,]+ of 60,000\n)+$/);
}, 60_000);
