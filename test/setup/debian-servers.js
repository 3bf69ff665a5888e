// Other Redis and Valkey servers than the system has, fetched without installing anything: Debian's packages, by an apt with a root
// of its own, unpacked into a folder. Plain JavaScript, so that it runs without a build step; types: debian-servers.d.ts.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Where fetched servers are kept. */
export const SERVERS_CACHE = "node_modules/.cache/offer-code-servers";

const MIRROR = "http://deb.debian.org/debian";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** The `check-rdb` tool is the server's own program, which looks at the name it was started by. */
const REDIS = { name: "redis-server", package: "redis-tools", program: "usr/bin/redis-check-rdb" };
const VALKEY = { name: "valkey-server", package: "valkey-tools", program: "usr/bin/valkey-check-rdb" };

/** Returns the paths of a Redis 8 and a Valkey 8.1 server, fetched into `folder` unless they are there already. */
export function newerServers(folder) {
  return serversOf("trixie", [REDIS, VALKEY], folder);
}

/** Returns the path of a Redis 6 server, which is too old. */
export function olderServer(folder) {
  return serversOf("bullseye", [REDIS], folder)[0];
}

function serversOf(release, programs, folder) {
  const to = resolve(folder, release);
  if (!existsSync(to)) fetchInto(to, release, programs);
  return programs.map(({ name }) => join(to, name));
}

function fetchInto(to, release, programs) {
  const partial = `${to}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  for (const deb of download(join(partial, "apt"), release, programs))
    run("dpkg-deb", ["-x", deb, join(partial, "root")]);
  rmSync(join(partial, "apt"), { recursive: true });
  for (const program of programs) writeStarter(partial, to, program);
  renameSync(partial, to);
}

/** The packages and everything they need: with an empty package list, apt takes nothing on this machine for given. */
function download(root, release, programs) {
  const [lists, state, cache] = ["lists", "state", "cache"].map((name) => join(root, name));
  mkdirSync(join(lists, "partial"), { recursive: true });
  mkdirSync(join(cache, "archives", "partial"), { recursive: true });
  mkdirSync(state, { recursive: true });
  writeFileSync(join(root, "status"), "");
  writeFileSync(join(root, "sources.list"), `deb [signed-by=${KEYRING}] ${MIRROR} ${release} main\n`);
  const settings = {
    "Dir::State": state,
    "Dir::State::lists": lists,
    "Dir::State::status": join(root, "status"),
    "Dir::Cache": cache,
    "Dir::Etc::sourcelist": join(root, "sources.list"),
    "Dir::Etc::sourceparts": "-",
    "Dir::Etc::preferencesparts": "-",
    "APT::Install-Recommends": "false",
    "APT::Sandbox::User": "root",
  };
  const options = ["-q", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
  run("apt-get", [...options, "update"]);
  run("apt-get", [...options, "install", "-y", "--download-only", ...programs.map((each) => each.package)]);
  const archives = join(cache, "archives");
  return readdirSync(archives).flatMap((name) => (name.endsWith(".deb") ? [join(archives, name)] : []));
}

/** A shell script that starts the program under the server's name, with the C library that came with it. */
function writeStarter(partial, to, { name, program }) {
  const folders = ["lib", "usr/lib"].flatMap((folder) => machineFolders(partial, folder));
  const loader = folders.flatMap((folder) => loadersIn(partial, folder))[0];
  const libraries = folders.map((folder) => join(to, "root", folder)).join(":");
  const file = join(partial, name);
  symlinkSync(basename(program), join(partial, "root", dirname(program), name));
  writeFileSync(
    file,
    `#!/bin/sh\nexec "${to}/root/${loader}" --library-path "${libraries}" "${to}/root/${dirname(program)}/${name}" "$@"\n`,
  );
  chmodSync(file, 0o755);
}

function machineFolders(partial, folder) {
  const inside = join(partial, "root", folder);
  const names = existsSync(inside) ? readdirSync(inside) : [];
  return names.filter((name) => name.endsWith("-linux-gnu")).map((name) => join(folder, name));
}

function loadersIn(partial, folder) {
  const names = readdirSync(join(partial, "root", folder)).filter((name) => /^ld-linux.*\.so/.test(name));
  return names.map((name) => join(folder, name));
}

function run(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
  });
  if (error !== undefined || status !== 0) {
    const said = error?.message ?? `${stdout}${stderr}`.trim();
    throw new Error(`the servers come from Debian's packages, but "${program}" failed: ${said}`);
  }
}
