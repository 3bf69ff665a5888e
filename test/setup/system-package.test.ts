import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { redisProgram } from "./redis-server.js";
import {
  findPackage,
  installCommands,
  installPackage,
  missingPackage,
  redis,
  systemPackage,
} from "./system-package.js";

const browser = systemPackage({
  name: "Chromium",
  commands: ["chromium", "chromium-browser"],
  env: "CHROMIUM_BIN",
  apt: "chromium",
  brew: "chromium",
});

let machine: string;
let said: string[];

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), "machine-"));
  said = [];
  vi.spyOn(console, "log").mockImplementation((line) => void said.push(line));
  asUser(0);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(machine, { recursive: true, force: true });
});

const path = (...names: string[]) => join(machine, ...names);
const env = (more = {}) => ({ PATH: machine, ...more });
const asUser = (id: number) => vi.spyOn(process as { getuid: () => number }, "getuid").mockReturnValue(id);

function provide(command: string, script = "exit 0"): string {
  writeFileSync(path(command), `#!/bin/sh\n${script}\n`);
  chmodSync(path(command), 0o755);
  return path(command);
}

describe("finding a program", () => {
  test("takes the first of its commands on the PATH", () => {
    const valkey = provide("valkey-server");
    expect(findPackage(redis, env())).toBe(valkey);
    const server = provide("redis-server");
    expect(findPackage(redis, env())).toBe(server);
  });

  test("prefers the one that a variable names, by path or by command", () => {
    provide("redis-server");
    const own = provide("my-redis");
    expect(findPackage(redis, env({ REDIS_SERVER_BIN: own }))).toBe(own);
    expect(findPackage(redis, env({ REDIS_SERVER_BIN: "my-redis" }))).toBe(own);
  });

  test("refuses a variable that names no program", () => {
    expect(() => findPackage(redis, env({ REDIS_SERVER_BIN: "/nowhere/redis" }))).toThrow(
      "REDIS_SERVER_BIN must name a program, but got: /nowhere/redis",
    );
  });

  test("takes neither a folder nor a file that cannot be run", () => {
    mkdirSync(path("redis-server"));
    writeFileSync(path("valkey-server"), "");
    expect(findPackage(redis, env())).toBeUndefined();
    expect(findPackage(redis, { PATH: "" })).toBeUndefined();
  });
});

describe("a machine without the program", () => {
  test("gets it by apt-get, and is told so", () => {
    provide(
      "apt-get",
      `if [ "$1" = install ]; then printf '#!/bin/sh\\n' > ${path("chromium")}; /bin/chmod +x ${path("chromium")}; fi`,
    );
    expect(installPackage(browser, env())).toBe(path("chromium"));
    expect(said).toEqual([
      "Chromium is not on this machine. Installing it:",
      "$ apt-get update -q",
      "$ apt-get install -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends chromium",
      `Chromium is installed: ${path("chromium")}`,
    ]);
  });

  test("does not keep the service that came with the package", () => {
    provide(
      "apt-get",
      `if [ "$1" = install ]; then printf '#!/bin/sh\\n' > ${path("redis-server")}; /bin/chmod +x ${path("redis-server")}; fi`,
    );
    provide("service", `[ "$*" = "redis-server stop" ] && : > ${path("stopped")}; /bin/chmod +x ${path("stopped")}`);
    installPackage(redis, env());
    expect(findPackage({ ...redis, commands: ["stopped"] }, env())).toBe(path("stopped"));
  });

  test("gets it by sudo where that asks for no password", () => {
    asUser(1000);
    provide("apt-get");
    provide("sudo");
    expect(installCommands(redis, env())?.[1]?.slice(0, 4)).toEqual(["sudo", "-n", "apt-get", "install"]);
  });

  test("gets it by brew", () => {
    provide("brew");
    expect(installCommands(redis, env())).toEqual([["brew", "install", "redis"]]);
  });

  test("fails with the command to run where nobody may install", () => {
    asUser(1000);
    provide("apt-get");
    provide("sudo", "exit 1");
    expect(() => installPackage(redis, env())).toThrow(
      [
        "Redis is needed: no redis-server or valkey-server on the PATH. Install it:",
        "  sudo apt-get update && sudo apt-get install -y --no-install-recommends redis-server",
        "or name the program in REDIS_SERVER_BIN.",
      ].join("\n"),
    );
    expect(said).toEqual([]);
  });

  test("fails with the command to run where the installation brought nothing", () => {
    provide("apt-get", "exit 100");
    expect(() => installPackage(redis, env())).toThrow("Redis could not be installed. Redis is needed");
  });

  test("names the package where there is no known package manager", () => {
    vi.spyOn(process, "platform", "get").mockReturnValue("freebsd");
    expect(missingPackage(redis, env())).toContain('the package "redis-server"');
    expect(() => installPackage(redis, env())).toThrow("Redis is needed");
  });
});

describe("the Redis program", () => {
  test("must be of version 7 or later", () => {
    provide("redis-server", "echo Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64");
    expect(() => redisProgram(env())).toThrow(`${path("redis-server")} must be version 7 or later, but is: 6.0.16`);
    const valkey = provide("valkey-server", "echo Server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64");
    expect(redisProgram(env({ REDIS_SERVER_BIN: valkey }))).toBe(valkey);
  });

  test("must be a Redis server", () => {
    provide("redis-server", "echo hello");
    expect(() => redisProgram(env())).toThrow("must be a Redis or Valkey server, but says: hello");
  });

  test("is asked for by name where there is none", () => {
    expect(() => redisProgram(env())).toThrow("Redis is needed: no redis-server or valkey-server on the PATH.");
  });
});
