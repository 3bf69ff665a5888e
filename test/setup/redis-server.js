// Redis servers for tests: each on a free loopback port, in its own folder, ended by its own pid.
// Plain JavaScript, so that scripts without a build step can use it too; types: redis-server.d.ts.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPackage, missingPackage, redis } from "./system-package.js";

const HOST = "127.0.0.1";
const OLDEST_VERSION = 7;
const ATTEMPTS = 20;
const FOLDER = "OFFER_CODE_SERVERS";
const started = new Set();

/** The Redis (or Valkey) program; throws with what to install where there is none, or where it is too old. */
export function redisProgram(env = process.env) {
  const program = findPackage(redis, env);
  if (program === undefined) throw new Error(missingPackage(redis, env));
  const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  const version = /\bv=(\d+)[\d.]*/.exec(stdout ?? "");
  if (version === null) throw new Error(`${program} must be a Redis or Valkey server, but says: ${stdout}`);
  if (Number(version[1]) < OLDEST_VERSION) {
    throw new Error(`${program} must be version ${OLDEST_VERSION} or later, but is: ${version[0].slice(2)}`);
  }
  return program;
}

/** Starts a server that keeps nothing on disk by default, and resolves when it accepts connections. */
export async function startRedisServer({ config = {}, env = {}, sentinel = false, cluster = false, ...named } = {}) {
  const program = redisProgram();
  const dir = mkdtempSync(join(serversFolder(), "redis-"));
  const server = { program, dir, env, sentinel, port: 0, args: [], log: [], child: undefined };
  const settings = { ...defaults(sentinel), ...settingsOf(named), ...config };
  await launchOnFreePort(server, async () => {
    server.port = await freePort();
    const ports = { port: server.port, ...(cluster && { "cluster-enabled": "yes", "cluster-port": await freePort() }) };
    server.args = [writeConfig(dir, { ...ports, ...settings }), ...(sentinel ? ["--sentinel"] : [])];
  });
  started.add(server);
  return handleOf(server, named.password);
}

/** Kills every server that this process started and removes their folders. */
export function stopRedisServers() {
  for (const server of started) {
    if (isUp(server)) process.kill(server.child.pid, "SIGKILL");
    rmSync(server.dir, { recursive: true, force: true });
  }
  started.clear();
}

/** Whether this process has started a server on that port. */
export function isRedisPort(port) {
  for (const server of started) if (server.port === port) return true;
  return false;
}

/** Gives the processes started from here one folder for their servers; the function returned ends what they left. */
export function superviseRedisServers() {
  const folder = mkdtempSync(join(tmpdir(), "offer-code-"));
  process.env[FOLDER] = folder;
  return () => {
    for (const name of readdirSync(folder)) killLeftOver(join(folder, name, "pid"));
    rmSync(folder, { recursive: true, force: true });
  };
}

/** A port for a test's own use. Outside the range that systems give to outgoing connections: a client that dials
 *  a closed port of that range can be connected to itself, and a server that restarts can find its port taken. */
export async function freePort() {
  for (;;) {
    const port = 16_384 + Math.floor(Math.random() * 16_000);
    if (await canListen(port)) return port;
  }
}

process.once("exit", stopRedisServers);
process.once("disconnect", stopRedisServers);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    stopRedisServers();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  });
}

function handleOf(server, password) {
  const { port, dir } = server;
  return {
    host: HOST,
    port,
    dir,
    url: `redis://${password ? `:${encodeURIComponent(password)}@` : ""}${HOST}:${port}`,
    get pid() {
      return server.child.pid;
    },
    get args() {
      return [...server.args];
    },
    get log() {
      return server.log.join("");
    },
    stop: () => end(server, "SIGTERM"),
    kill9: () => end(server, "SIGKILL"),
    restart: () => restart(server),
    pause: () => process.kill(server.child.pid, "SIGSTOP"),
    resume: () => process.kill(server.child.pid, "SIGCONT"),
  };
}

function defaults(sentinel) {
  const network = { bind: HOST, daemonize: "no", "protected-mode": "yes", logfile: '""' };
  if (sentinel) return network;
  return {
    ...network,
    save: '""',
    "shutdown-timeout": 0,
    "repl-diskless-sync-delay": 0,
    "enable-debug-command": "local",
  };
}

function settingsOf({ appendOnly, maxMemory, password, replicaOf }) {
  return {
    ...(appendOnly && { appendonly: "yes", appendfsync: "always" }),
    ...(maxMemory && { maxmemory: maxMemory }),
    ...(password && { requirepass: password, masterauth: password }),
    ...(replicaOf && { replicaof: `${replicaOf.host} ${replicaOf.port}` }),
  };
}

function writeConfig(dir, settings) {
  const file = join(dir, "redis.conf");
  const lines = Object.entries({ dir: JSON.stringify(dir), ...settings }).map(([key, value]) => `${key} ${value}`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

/** Between finding a port free and the server's bind another process may take it: then another port is tried. */
async function launchOnFreePort(server, choosePort) {
  for (let attempt = 1; ; attempt++) {
    await choosePort();
    try {
      return await launch(server);
    } catch (error) {
      if (!isPortTaken(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function restart(server) {
  await end(server, "SIGTERM");
  await launch(server);
}

function launch(server) {
  const { program, args, dir } = server;
  const env = { ...process.env, ...server.env };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  server.child = child;
  server.log = [];
  const pidFile = join(dir, "pid");
  if (child.pid) writeFileSync(pidFile, String(child.pid));
  child.once("exit", () => rmSync(pidFile, { force: true }));
  return new Promise((resolve, reject) => {
    const read = (chunk) => {
      server.log.push(String(chunk));
      if (server.log.length > 200) server.log.shift();
      if (isReady(server)) resolve(letGo(child));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", reject);
    child.once("close", () => reject(new Error(`The Redis server ended before it was ready:\n${server.log.join("")}`)));
  });
}

function isReady({ log, sentinel }) {
  return log.join("").includes(sentinel ? "Sentinel ID is" : "Ready to accept connections");
}

function isPortTaken(error) {
  return /Address already in use/i.test(error.message);
}

/** A script that forgets its server ends all the same, and takes the server with it. */
function letGo(child) {
  child.unref();
  child.stdout.unref();
  child.stderr.unref();
}

function end(server, signal) {
  const { child } = server;
  if (!isUp(server)) return Promise.resolve();
  const ended = new Promise((resolve) => child.once("exit", () => resolve()));
  child.ref();
  child.kill(signal);
  child.kill("SIGCONT");
  const impatience = setTimeout(() => child.kill("SIGKILL"), 3_000);
  return ended.finally(() => clearTimeout(impatience));
}

function isUp({ child }) {
  return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function serversFolder() {
  const folder = process.env[FOLDER] ?? tmpdir();
  mkdirSync(folder, { recursive: true });
  return folder;
}

function killLeftOver(pidFile) {
  try {
    process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "ESRCH" && error.code !== "ENOTDIR") throw error;
  }
}

function canListen(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
