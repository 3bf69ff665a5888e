// Programs that the tests need and npm does not have: found on the machine, or installed by its package manager.
// Plain JavaScript, so that scripts without a build step can use it too; types: system-package.d.ts.
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, sep } from "node:path";

export const redis = systemPackage({
  name: "Redis",
  commands: ["redis-server", "valkey-server"],
  env: "REDIS_SERVER_BIN",
  apt: "redis-server",
  brew: "redis",
  service: "redis-server",
});

export const chromium = systemPackage({
  name: "Chromium",
  commands: ["chromium", "chromium-browser", "google-chrome"],
  env: "CHROMIUM_BIN",
  apt: "chromium",
  brew: "chromium",
});

/** Names a program: `commands` are tried in order, `env` is the variable in which a user names another one. */
export function systemPackage(description) {
  return Object.freeze(description);
}

/** The path of the program, or undefined. Rejects nothing but an `env` variable that names no program. */
export function findPackage(wanted, env = process.env) {
  const named = env[wanted.env];
  if (!named) return firstOf(wanted.commands, env);
  const path = findCommand(named, env);
  if (path === undefined) throw new Error(`${wanted.env} must name a program, but got: ${named}`);
  return path;
}

/** Installs the program and returns its path; throws with the command to run where that is not possible. */
export function installPackage(wanted, env = process.env) {
  const commands = installCommands(wanted, env);
  if (commands === undefined) throw new Error(missingPackage(wanted, env));
  console.log(`${wanted.name} is not on this machine. Installing it:`);
  for (const command of commands) run(command, env);
  const path = firstOf(wanted.commands, env);
  if (path === undefined) throw new Error(`${wanted.name} could not be installed. ${missingPackage(wanted, env)}`);
  stopService(wanted, env);
  console.log(`${wanted.name} is installed: ${path}`);
  return path;
}

/** The message for a person who has to install the program. */
export function missingPackage(wanted, env = process.env) {
  return [
    `${wanted.name} is needed: no ${wanted.commands.join(" or ")} on the PATH. Install it:`,
    `  ${adviceFor(wanted, env)}`,
    `or name the program in ${wanted.env}.`,
  ].join("\n");
}

/** The commands that install the program without a prompt, or undefined without the right to run them. */
export function installCommands(wanted, env = process.env) {
  if (findCommand("apt-get", env)) {
    const asRoot = rootPrefix(env);
    return asRoot && aptCommands(wanted).map((command) => [...asRoot, ...command]);
  }
  return findCommand("brew", env) && [["brew", "install", wanted.brew]];
}

function aptCommands(wanted) {
  const quietly = ["-q", "-y", "-o", "DPkg::Lock::Timeout=120"];
  return [
    ["apt-get", "update", "-q"],
    ["apt-get", "install", ...quietly, "--no-install-recommends", wanted.apt],
  ];
}

function adviceFor(wanted, env) {
  if (findCommand("apt-get", env)) {
    return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${wanted.apt}`;
  }
  return findCommand("brew", env) || process.platform === "darwin"
    ? `brew install ${wanted.brew}`
    : `the package "${wanted.apt}" (or what your system calls it), by your system's package manager`;
}

/** What to put before a command to run it as root: nothing, `sudo -n`, or undefined where neither is allowed. */
function rootPrefix(env) {
  if (process.getuid?.() === 0) return [];
  const maySudo = findCommand("sudo", env) && spawnSync("sudo", ["-n", "true"], { env, stdio: "ignore" }).status === 0;
  return maySudo ? ["sudo", "-n"] : undefined;
}

/** Debian starts a service on installing it; the tests start servers of their own and want the usual port free. */
function stopService(wanted, env) {
  const asRoot = wanted.service && findCommand("service", env) ? rootPrefix(env) : undefined;
  if (asRoot === undefined) return;
  const [program, ...args] = [...asRoot, "service", wanted.service, "stop"];
  spawnSync(program, args, { env, stdio: "ignore" });
}

/** A failed command is not an error as such: what counts is whether the program is there afterwards. */
function run([program, ...args], env) {
  console.log(`$ ${[program, ...args].join(" ")}`);
  spawnSync(program, args, {
    env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "inherit", "inherit"],
  });
}

function firstOf(commands, env) {
  for (const command of commands) {
    const path = findCommand(command, env);
    if (path !== undefined) return path;
  }
  return undefined;
}

function findCommand(command, env) {
  if (command.includes(sep)) return isProgram(command) ? command : undefined;
  const folders = (env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, command)).find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
